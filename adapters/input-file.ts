import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { badInput } from "./bad-input.ts";

const CHUNK = 1 << 20;

/** Bytes that a gzipped file may unfold to. */
const UNFOLDED = 2 ** 31 - 1;

/** A text file of at most `limit` bytes; everything else at that path is refused with its cause. */
export function textFile(file: string, limit: number): string {
  const size = regularSize(file);
  if (size > limit)
    throw refused(file, `it has ${size} bytes; at most ${limit} (${limit / CHUNK} MiB) are read`);
  return [...textChunks(file)].join("").replace(/^\uFEFF/, "");
}

/** A file's text, a mebibyte at a time; gzip is unfolded. */
export function* textChunks(file: string): Generator<string> {
  regularSize(file);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let first = true;
  for (const bytes of file.endsWith(".gz") ? unfolded(file) : stored(file)) {
    if (first && /^(fffe|feff)/.test(bytes.subarray(0, 2).toString("hex")))
      throw refused(file, "it is UTF-16; save it as UTF-8");
    first = false;
    yield decoded(file, () => decoder.decode(bytes, { stream: true }));
  }
  yield decoded(file, () => decoder.decode());
}

function* stored(file: string): Generator<Buffer> {
  const handle = openSync(file, "r");
  try {
    if (!fstatSync(handle).isFile()) throw refused(file, "it is no regular file");
    for (;;) {
      const buffer = Buffer.allocUnsafe(CHUNK);
      const length = readSync(handle, buffer, 0, CHUNK, null);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(handle);
  }
}

function* unfolded(file: string): Generator<Buffer> {
  const bytes = decoded(
    file,
    () => gunzipSync(readFileSync(file), { maxOutputLength: UNFOLDED }),
    "no gzip of at most 2 GiB",
  );
  for (let i = 0; i < bytes.length; i += CHUNK) yield bytes.subarray(i, i + CHUNK);
}

function decoded<T>(file: string, decode: () => T, kind = "no UTF-8 text"): T {
  try {
    return decode();
  } catch {
    throw refused(file, `it is ${kind}`);
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read; check its permissions",
  ENOTDIR: "a part of its path is no directory",
  ENAMETOOLONG: "its path is too long",
  ELOOP: "its links go in a circle",
};

/** The size in bytes; opened only once it is known to be a regular file, as a FIFO would wait for ever. */
function regularSize(file: string): number {
  try {
    const stat = statSync(file);
    if (stat.isFile()) {
      closeSync(openSync(file, "r"));
      return stat.size;
    }
    throw refused(
      file,
      stat.isDirectory()
        ? "it is a directory; name a file in it"
        : "it is no regular file but a pipe, socket or device",
    );
  } catch (error) {
    const { code = "" } = error as { readonly code?: string };
    if (code === "") throw error;
    throw refused(
      file,
      CAUSES[code] ?? (code === "ERR_INVALID_ARG_VALUE" ? "it is no path" : `it cannot be read (${code})`),
    );
  }
}

function refused(file: string, why: string): Error {
  return badInput([{ where: file, message: `${why}.` }]);
}
