import { renameSync, rmSync, writeFileSync } from "node:fs";
import type { Trace } from "../policy/trace.ts";
import { badInput } from "./bad-input.ts";

/** Writes a trace as the CSV that a history is read from; the file is whole or not there. */
export function writeTrace(file: string, { start, step, rates }: Trace): void {
  const rows = rates.map((rate, i) => `${start + i * step},${Number(rate.toPrecision(6))}`);
  const unfinished = `${file}.${process.pid}.part`;
  try {
    writeFileSync(unfinished, `timestamp,requests_per_second\n${rows.join("\n")}\n`);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const { code = "" } = error as { readonly code?: string };
    throw badInput([
      { where: file, message: `it cannot be written (${code}); name a file in a folder that exists.` },
    ]);
  }
}
