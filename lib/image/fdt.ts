/**
 * Device trees as blobs: the flattened format, versions 16 and 17, read into the model and written as version 17.
 * Devicetree Specification 0.4, chapter 5.
 */
import { Parser } from 'binary-parser';
import { type DeviceTree, type Reservation, TreeNode } from './device-tree.ts';
import { hex, ImageError } from './image-error.ts';

const MAGIC = 0xd00dfeed;
const VERSION = 17;
const OLDEST_VERSION = 16;
const HEADER_BYTES = 40;
const RESERVATION_BYTES = 16;

const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const NOP = 4;
const END = 9;

/** The specification allows 31 characters; the bounds keep a damaged file from costing much time or stack. */
const LONGEST_NAME = 255;
const DEEPEST_NODE = 64;

const fdtHeader = new Parser()
  .endianness('big')
  .uint32('magic')
  .uint32('totalBytes')
  .uint32('structureAt')
  .uint32('stringsAt')
  .uint32('reservationsAt')
  .uint32('version')
  .uint32('lastCompatible')
  .uint32('bootCpu')
  .uint32('stringsBytes')
  .uint32('structureBytes');

/** Reads a blob; throws an ImageError naming `file` when it is none or is damaged. */
export function readDeviceTree(bytes: Uint8Array, file: string): DeviceTree {
  const fail = (wrong: string): never => {
    throw new ImageError(file, wrong, 'use a device tree blob as `dtc -O dtb` writes it');
  };
  if (bytes.length < HEADER_BYTES) return fail(`this has ${bytes.length} bytes, too few for a device tree`);
  const header = fdtHeader.parse(bytes);
  if (header.magic !== MAGIC) return fail('this is no device tree blob (it does not open with d0 0d fe ed)');
  if (header.lastCompatible > VERSION || header.version < OLDEST_VERSION)
    return fail(`this device tree has version ${header.version}, not ${OLDEST_VERSION} or ${VERSION}`);
  if (header.totalBytes > bytes.length)
    return fail(`this device tree says that it has ${hex(header.totalBytes)} bytes, the file has ${hex(bytes.length)}`);

  const blob = bytes.subarray(0, header.totalBytes);
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const word = (at: number): number => (at + 4 <= blob.length ? view.getUint32(at) : fail('it ends inside a word'));
  const nameAt = (at: number): string => {
    const window = blob.subarray(at, at + LONGEST_NAME + 1);
    const end = window.indexOf(0);
    return end < 0
      ? fail(`the name at ${hex(at)} has no end`)
      : Buffer.from(window.buffer, window.byteOffset, end).toString('latin1');
  };

  const reservations: Reservation[] = [];
  for (let at = header.reservationsAt; ; at += RESERVATION_BYTES) {
    if (at + RESERVATION_BYTES > blob.length) return fail('its list of reserved memory has no end');
    const entry = { address: view.getBigUint64(at), sizeBytes: view.getBigUint64(at + 8) };
    if (entry.address === 0n && entry.sizeBytes === 0n) break;
    reservations.push(entry);
  }

  const open: TreeNode[] = [];
  let root: TreeNode | undefined;
  let at = header.structureAt;
  for (;;) {
    const token = word(at);
    at += 4;
    const node = open.at(-1);
    if (token === NOP) continue;
    if (token === END) break;
    if (token === BEGIN_NODE) {
      const name = nameAt(at);
      at += (name.length + 4) & ~3;
      if (open.length >= DEEPEST_NODE) return fail(`its nodes are nested more than ${DEEPEST_NODE} deep`);
      if (!node && root) return fail('it has more than one root');
      const added = new TreeNode(name);
      if (node) node.children.push(added);
      else root = added;
      open.push(added);
    } else if (token === END_NODE) {
      if (!open.pop()) return fail(`a node ends at ${hex(at - 4)} that has not begun`);
    } else if (token === PROP) {
      const length = word(at);
      const name = nameAt(header.stringsAt + word(at + 4));
      at += 8;
      if (!node) return fail(`property ${JSON.stringify(name)} lies outside all nodes`);
      if (at + length > blob.length) return fail(`property ${JSON.stringify(name)} runs past the end`);
      // The only copy of a property is the caller's to edit; the blob stays as it was.
      node.properties.set(name, blob.slice(at, at + length));
      at += Math.ceil(length / 4) * 4;
    } else return fail(`there is no token ${hex(token)} (at ${hex(at - 4)})`);
  }
  if (!root || open.length > 0) return fail('its nodes do not end');
  return { root, reservations, bootCpu: header.bootCpu };
}

/** Writes a version 17 blob, compact but for `spareBytes` at its end, which guests that edit it in place use. */
export function writeDeviceTree(tree: DeviceTree, spareBytes = 0): Uint8Array {
  const names = new Map<string, number>();
  let stringsBytes = 0;
  const count = (node: TreeNode): number => {
    let bytes = 8 + ((node.name.length + 4) & ~3);
    for (const [name, value] of node.properties) {
      bytes += 12 + Math.ceil(value.length / 4) * 4;
      if (names.has(name)) continue;
      names.set(name, stringsBytes);
      stringsBytes += name.length + 1;
    }
    return node.children.reduce((sum, child) => sum + count(child), bytes);
  };
  const structureBytes = count(tree.root) + 4;
  const structureAt = HEADER_BYTES + (tree.reservations.length + 1) * RESERVATION_BYTES;
  const stringsAt = structureAt + structureBytes;
  const totalBytes = stringsAt + stringsBytes + spareBytes;

  const blob = new Uint8Array(totalBytes);
  const view = new DataView(blob.buffer);
  let at = 0;
  const word = (value: number): void => {
    view.setUint32(at, value);
    at += 4;
  };
  for (const value of [MAGIC, totalBytes, structureAt, stringsAt, HEADER_BYTES, VERSION, OLDEST_VERSION]) word(value);
  for (const value of [tree.bootCpu, stringsBytes, structureBytes]) word(value);
  for (const { address, sizeBytes } of tree.reservations) {
    view.setBigUint64(at, address);
    view.setBigUint64(at + 8, sizeBytes);
    at += RESERVATION_BYTES;
  }
  at = structureAt;
  const write = (node: TreeNode): void => {
    word(BEGIN_NODE);
    blob.set(Buffer.from(node.name, 'latin1'), at);
    at += (node.name.length + 4) & ~3;
    for (const [name, value] of node.properties) {
      word(PROP);
      word(value.length);
      word(names.get(name)!);
      blob.set(value, at);
      at += Math.ceil(value.length / 4) * 4;
    }
    node.children.forEach(write);
    word(END_NODE);
  };
  write(tree.root);
  word(END);
  for (const [name, offset] of names) blob.set(Buffer.from(name, 'latin1'), stringsAt + offset);
  return blob;
}
