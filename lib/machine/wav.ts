/** What a machine plays as a WAV file (RIFF WAVE, PCM), complete after every write, so that nobody needs to close it. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { SoundPort } from '../device/model.ts';

const HEADER_BYTES = 44;
const CHANNELS = 2;
const SAMPLE_BYTES = 2;
const opened = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

/** Opens a file for sound, empty at first; its rate is the last one. Throws the system's error if it cannot be written. */
export function openSound(path: string): SoundPort {
  if (path === '') return { write: () => {} };
  const descriptor = openSync(path, 'w');
  let lengthBytes = 0;
  writeSync(descriptor, header(lengthBytes, 48_000), 0, HEADER_BYTES, 0);
  const port: SoundPort = {
    write(samples, rateHz) {
      const bytes = Buffer.alloc(SAMPLE_BYTES * samples.length);
      samples.forEach((sample, n) => bytes.writeInt16LE(sample, SAMPLE_BYTES * n));
      writeSync(descriptor, bytes, 0, bytes.length, HEADER_BYTES + lengthBytes);
      lengthBytes += bytes.length;
      writeSync(descriptor, header(lengthBytes, rateHz), 0, HEADER_BYTES, 0);
    },
  };
  opened.register(port, descriptor);
  return port;
}

function header(lengthBytes: number, rateHz: number): Buffer {
  const bytes = Buffer.from('RIFF....WAVEfmt ....................data....', 'latin1');
  bytes.writeUInt32LE(HEADER_BYTES - 8 + lengthBytes, 4);
  bytes.writeUInt32LE(16, 16);
  // PCM.
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(CHANNELS, 22);
  bytes.writeUInt32LE(rateHz, 24);
  bytes.writeUInt32LE(rateHz * CHANNELS * SAMPLE_BYTES, 28);
  bytes.writeUInt16LE(CHANNELS * SAMPLE_BYTES, 32);
  bytes.writeUInt16LE(8 * SAMPLE_BYTES, 34);
  bytes.writeUInt32LE(lengthBytes, 40);
  return bytes;
}
