/** A lock between processes: a folder that names its owner, taken over when the owner is no more. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Runs `work` while no other process holds the lock at `path`; waits for it as long as its owner lives. */
export async function withLock(path: string, work: () => void): Promise<void> {
  while (!take(path)) {
    if (!ownerLives(path)) rmSync(path, { recursive: true, force: true });
    else await wait(200);
  }
  try {
    work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function take(path: string): boolean {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(path, 'owner'), String(process.pid));
  return true;
}

function ownerLives(path: string): boolean {
  const owner = readOwner(path);
  if (owner === undefined) return isYoung(path);
  try {
    process.kill(owner, 0); // signal 0 only asks whether the process is there
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readOwner(path: string): number | undefined {
  try {
    return Number(readFileSync(join(path, 'owner'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** An owner that has not signed yet gets ten seconds for it. */
function isYoung(path: string): boolean {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) < 10_000;
}
