/** Seconds a status or progress under work stays without a sign of life; each progress write starts them anew. */
export const AT_WORK_EXPIRY_SECONDS = 6 * 60 * 60;

/** Seconds a closed progress hash stays: longer than any worker that missed the news can still be running. */
export const CLOSED_EXPIRY_SECONDS = 24 * 60 * 60;

/** Bytes of JSON up to which a job's result is kept in Redis. */
export const RESULT_LIMIT_BYTES = 10 * 1024;

/** Characters kept of a step's name, and of its name for people. */
export const STEP_NAME_LIMIT = 64;
export const STEP_DISPLAY_LIMIT = 200;
