// @ts-check
// Preloaded into a process: its clock jumps JUMP_SECONDS forward at each SIGUSR2, and over most of each pause. All other
// time passes as usual, so that a busy machine makes no difference.

const jump = Number(process.env.JUMP_SECONDS) * 1_000;
/** The share of a pause that is really waited. */
const REST = 1 / 20;
const { setTimeout: wait } = globalThis;
const { now } = Date;
let jumped = 0;
/** @type {Set<{ due: number, callback: () => void, timer: NodeJS.Timeout }>} */
const alarms = new Set();

Date.now = () => now() + Math.round(jumped);

globalThis.setTimeout = /** @type {typeof wait} */ (
  (/** @type {() => void} */ callback, /** @type {number} */ ms = 0) => {
    // Longer timers are time-outs of requests; they end by a jump.
    const isPause = ms < jump / 2;
    const alarm = {
      due: Date.now() + ms,
      callback() {
        alarms.delete(alarm);
        if (isPause) jumped += ms * (1 - REST);
        callback();
      },
      timer: /** @type {any} */ (undefined),
    };
    alarm.timer = wait(() => alarm.callback(), isPause ? ms * REST : ms);
    if (!isPause) alarms.add(alarm);
    return alarm.timer;
  }
);

process.on('SIGUSR2', () => {
  jumped += jump;
  for (const { due, callback, timer } of alarms) {
    if (due > Date.now()) continue;
    clearTimeout(timer);
    callback();
  }
});
