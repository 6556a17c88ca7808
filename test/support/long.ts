/** True with LONG_TESTS=1: every case of what is long, in place of some of them. Before a release, and at night. */
export const isLong = process.env.LONG_TESTS === '1'
