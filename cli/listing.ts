import { once } from "node:events";
import { progressDone } from "./terminal.ts";

/** Prints one thing after the other on stdout, each as soon as it is there. */
export interface Listing {
  readonly add: (item: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Texts with an empty line between them. */
export function textListing(): Listing {
  let between = "";
  return {
    add: async (text) => {
      await print(`${between}${text}\n`);
      between = "\n";
    },
    end: async () => {},
  };
}

/** JSON documents as the items of one list. */
export function jsonListing(): Listing {
  let before = "[\n";
  return {
    add: async (json) => {
      await print(`${before}  ${json.replaceAll("\n", "\n  ")}`);
      before = ",\n";
    },
    end: () => print("\n]\n"),
  };
}

/** Waits while the reader is behind, so that what is not read yet is not made either. */
async function print(text: string): Promise<void> {
  progressDone();
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
