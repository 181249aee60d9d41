/** Guest images: formats, device trees and the plan of a start. */
export * from './boot.ts';
export * from './boot-edits.ts';
export * from './detect.ts';
export * from './device-tree.ts';
export * from './elf.ts';
export * from './fdt.ts';
export * from './image-error.ts';
export * from './uimage.ts';
export * from './zimage.ts';
