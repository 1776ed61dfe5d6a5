// Makes sure that the packages of package-lock.json are installed; every npm script that needs them runs this first.
// It has no dependencies, may be interrupted at any point, and two of it at once install once.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const lockFile = path.join(root, 'package-lock.json');
const modules = path.join(root, 'node_modules');
const npmsOwnRecord = path.join(modules, '.package-lock.json');
const ourRecord = path.join(modules, '.flows-lock');
const work = path.join(root, '.flows');
const guard = path.join(work, 'setup.lock');
const log = path.join(work, 'setup.log');

const oldestNode = [20, 19];
const progressMs = 10_000;
const heartbeatMs = 2_000;
const staleMs = 30_000;
const waitMs = 15 * 60_000;

await main();

async function main() {
  checkNode();
  const wanted = fingerprint();
  if (isRecorded(wanted)) return;
  fs.mkdirSync(work, { recursive: true });
  const release = await takeGuard();
  try {
    if (isRecorded(wanted)) return;
    if (!isInstalled()) await install();
    fs.writeFileSync(ourRecord, wanted);
  } catch (error) {
    console.error(`setup: ${error.message}`);
    process.exitCode = 1;
  } finally {
    release();
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  console.error(
    `setup: Flows needs Node.js ${oldestNode.join('.')} or newer, and this is ${process.versions.node} ` +
      `(${process.execPath}). Install a newer one from https://nodejs.org or with your version manager.`,
  );
  process.exit(1);
}

/** What an install depends on: the lock file, and the machine for which binaries were chosen. */
function fingerprint() {
  const machine = `${process.platform}-${process.arch}-node${process.versions.node.split('.')[0]}`;
  return `${createHash('sha256').update(fs.readFileSync(lockFile)).digest('hex')} ${machine}\n`;
}

function isRecorded(wanted) {
  return readOrEmpty(ourRecord) === wanted;
}

/** Whether an install that somebody made with npm itself is the one we want, so that it need not be done again. */
function isInstalled() {
  const wanted = packagesOf(lockFile);
  const found = packagesOf(npmsOwnRecord);
  const fits = ({ os, cpu }) => (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
  return (
    Object.keys(found).length > 0 &&
    Object.entries(wanted).every(([name, { optional, peer }]) => name === '' || optional || peer || name in found) &&
    Object.entries(found).every(
      ([name, entry]) =>
        name in wanted &&
        entry.version === wanted[name].version &&
        entry.integrity === wanted[name].integrity &&
        fits(entry) &&
        fs.existsSync(path.join(root, name, 'package.json')),
    )
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

/** Development packages are needed whatever NODE_ENV says: tsx runs the project. */
async function install() {
  for (const record of [ourRecord, npmsOwnRecord]) fs.rmSync(record, { force: true });
  console.error('setup: installing packages with npm ci (once for this package-lock.json)');
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const ticker = setInterval(() => console.error(`setup: still installing packages, ${seconds()} s`), progressMs);
  const result = await runNpm([
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  clearInterval(ticker);
  if (result !== 0) {
    throw new Error(
      `npm ci ended with ${result}:\n${readOrEmpty(log).trim()}\nPut that right and run the command again.`,
    );
  }
  fs.mkdirSync(modules, { recursive: true });
  console.error(`setup: packages are installed (${seconds()} s)`);
}

/** Its output goes to a file, so that an npm that outlives us does not die of a closed pipe half-way. */
function runNpm(args) {
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm && /\.[cm]?js$/.test(npm) ? [process.execPath, npm] : ['npm'];
  const output = fs.openSync(log, 'w');
  const child = spawn(command, [...before, ...args], { cwd: root, stdio: ['ignore', output, output] });
  fs.closeSync(output);
  if (child.pid) fs.writeFileSync(guard, JSON.stringify({ pid: process.pid, npm: child.pid }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('error', (error) => {
      fs.appendFileSync(log, `${command} could not be run: ${error.message}\n`);
      resolve('an error');
    });
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

/** Waits until no other set-up works in this checkout, and returns what ends ours. */
async function takeGuard() {
  const deadline = Date.now() + waitMs;
  for (let told = false; !tryGuard(); told = true) {
    if (!told) console.error('setup: waiting for another set-up in this checkout');
    if (Date.now() > deadline) {
      console.error(`setup: another set-up has not ended in ${waitMs / 60_000} min. Stop it, or delete ${guard}.`);
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const heartbeat = setInterval(() => fs.utimes(guard, new Date(), new Date(), () => undefined), heartbeatMs);
  return () => {
    clearInterval(heartbeat);
    fs.rmSync(guard, { force: true });
  };
}

function tryGuard() {
  try {
    fs.writeFileSync(guard, JSON.stringify({ pid: process.pid }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (isGuardHeld()) return false;
  // Of several that find it stale, the rename lets one succeed; all then try again.
  const aside = `${guard}.${process.pid}`;
  try {
    fs.renameSync(guard, aside);
    fs.rmSync(aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return false;
}

/** By a set-up that lives and shows it, since its number may now be another's; or by the npm that a killed one left. */
function isGuardHeld() {
  const ageMs = Date.now() - (fs.statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  try {
    const { pid, npm } = JSON.parse(readOrEmpty(guard));
    return (isAlive(pid) && ageMs < staleMs) || (npm !== undefined && isAlive(npm));
  } catch {
    return ageMs < heartbeatMs;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readOrEmpty(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
