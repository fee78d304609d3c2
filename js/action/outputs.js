// @ts-check
// The outputs of an action that failed before the core could fill them in.

/** @typedef {import('../core/load.js').ActionName} ActionName */
/** @typedef {import('../core/load.js').Contract} Contract */

/** The code of a failure of the action itself. */
export const INTERNAL_ERROR = 'internal.error';

/**
 * The output that says whether the action did its job. It is set to {@link undecided} before anything else happens.
 * @param {Contract} contract
 * @param {ActionName} action
 * @returns {string}
 */
export function decidingOutput({ outputs }, action) {
  return outputs[action].at(-1) ?? '';
}

/**
 * The value of the deciding output as long as nothing is done. Reconcile lists what it sent.
 * @param {ActionName} action
 * @returns {string}
 */
export function undecided(action) {
  return action === 'reconcile' ? '[]' : 'false';
}

/**
 * @param {Contract} contract
 * @param {ActionName} action
 * @param {string} reason one sentence for a person
 * @param {string} help how to fix it
 * @returns {Record<string, string>} every output, in order
 */
export function failedOutputs(contract, action, reason, help) {
  /** @type {Record<string, string>} */
  const values = {
    decision: 'error',
    'reason-code': INTERNAL_ERROR,
    reason,
    missed: '[]',
    [decidingOutput(contract, action)]: undecided(action),
  };
  if (action === 'guard') {
    const time = `${new Date().toISOString().slice(0, 19)}Z`;
    values.result = JSON.stringify({ ...contract.failed_result, time, reason, help });
  }
  return Object.fromEntries(contract.outputs[action].map((name) => [name, values[name] ?? '']));
}

/** The outputs of an action that has done something and goes on. What was sent stays sent, however the run ends. */
export class InterimOutputs {
  /** @type {Record<string, string>} */
  #written = {};
  #runner;

  /** @param {Pick<import('./runner.js').Runner, 'outputs'>} runner */
  constructor(runner) {
    this.#runner = runner;
  }

  /** @param {Record<string, string>} outputs */
  write(outputs) {
    this.#written = outputs;
    try {
      this.#runner.outputs(outputs);
    } catch {
      // The action goes on; its last outputs fail in the same way and are reported.
    }
  }

  /**
   * The outputs of a run that failed, with what it had done before.
   * @param {Record<string, string>} failed
   * @returns {Record<string, string>}
   */
  keptIn(failed) {
    const { 'reason-code': _code, reason: _reason, ...done } = this.#written;
    return { ...failed, ...done };
  }
}
