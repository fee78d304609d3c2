// @ts-check

/** A failure of the action whose fix is known: `help` replaces the advice to re-run the job. */
export class ActionError extends Error {
  /**
   * @param {string} message what happened
   * @param {string} help how to fix it
   * @param {ErrorOptions} [options]
   */
  constructor(message, help, options) {
    super(message, options);
    this.help = help;
  }
}
