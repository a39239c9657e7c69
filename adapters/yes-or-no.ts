import { z } from "zod";

/** A switch: YAML's true or false, no text. */
export const yesOrNo = z.boolean("must be true or false. Write one of the two");
