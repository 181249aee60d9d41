/** GDB's remote serial protocol as a library: implement `Target`, put a `Hub` over it, listen with `GdbServer`. */
export { Hub } from './hub.ts';
export { GdbServer, type ServerOptions } from './server.ts';
export { Session, type SessionOptions } from './session.ts';
export * from './target.ts';
