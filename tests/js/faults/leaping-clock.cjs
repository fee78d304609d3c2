// @ts-check
// Loaded into a process before anything else: its clock leaps LEAP_SECONDS forward at each SIGUSR2, and over most of
// each pause. What is not waited for takes its time, so that a busy machine makes no difference.

const leap = Number(process.env.LEAP_SECONDS) * 1_000;
/** How much of a pause is left to wait. */
const REST = 1 / 20;
const { setTimeout: wait } = globalThis;
const { now } = Date;
let leapt = 0;
/** @type {Set<{ due: number, callback: () => void, timer: NodeJS.Timeout }>} */
const alarms = new Set();

Date.now = () => now() + Math.round(leapt);

globalThis.setTimeout = /** @type {typeof wait} */ (
  (/** @type {() => void} */ callback, /** @type {number} */ ms = 0) => {
    // A request has the whole of the time, unless little is left of all.
    const isPause = ms < leap / 2;
    const alarm = {
      due: Date.now() + ms,
      callback() {
        alarms.delete(alarm);
        if (isPause) leapt += ms * (1 - REST);
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
  leapt += leap;
  for (const { due, callback, timer } of alarms) {
    if (due > Date.now()) continue;
    clearTimeout(timer);
    callback();
  }
});
