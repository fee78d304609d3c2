// @ts-check
// Preloaded into a process: drops the privileges of root, who can write everything.

const id = Number(process.env.UNPRIVILEGED_ID);
process.setegid?.(id);
process.seteuid?.(id);
