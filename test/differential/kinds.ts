/** How a case ends, as the program's vectors number it. */
export const KIND = { none: 0, undefined: 1, svc: 2, prefetchAbort: 3, dataAbort: 4 } as const;
export const KINDS = ['no exception', 'undefined', 'svc', 'prefetch abort', 'data abort'] as const;
