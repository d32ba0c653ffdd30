// The texts stand in shared/text/errors.ts, for the command line too.
export { type ErrorText, errorTextOf } from '../../shared/text/errors.ts'
