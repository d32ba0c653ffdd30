/** The version of Orbital; the test beside it holds it equal to package.json's. */
export const version = '0.1.0'
