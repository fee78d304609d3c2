// @ts-check

/** Exit status: wrong use, or a policy or event that cannot be used. */
export const EXIT_USAGE = 2;
/** Exit status: an answer of the API is missing, or the command line itself failed. */
export const EXIT_API = 3;

/** An error in how the command was invoked. Printed without a stack trace. */
export class UsageError extends Error {}
