// Where a worker thread begins: plain JavaScript, as a thread knows none of its parent's loaders (nodejs/node#47747).
import { register } from "tsx/esm/api";

register({ tsconfig: false });
await import("./worker.ts");
