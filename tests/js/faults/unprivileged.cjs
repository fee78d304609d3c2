// @ts-check
// Loaded into a process before anything else: what root may write does not count.

const id = Number(process.env.UNPRIVILEGED_ID);
process.setegid?.(id);
process.seteuid?.(id);
