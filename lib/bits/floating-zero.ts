/** A matter of V8's alone: how it keeps numbers in the fields of objects. */

/**
 * A zero that is kept as a floating-point number. A field that begins with it may hold addresses from 2**31 on; one that begins
 * with 0 changes the layout of its object with the first of them, and all that was optimized for the object is optimized again.
 */
export const FLOATING_ZERO = -0;
