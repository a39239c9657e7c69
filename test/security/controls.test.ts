import { expect } from "chai";
import { stackOf } from "../../guard/resource.ts";
import { involved } from "../support/changes.ts";
import type { Deployed } from "../support/guard.ts";
import { wholeStack } from "../support/whole-stack.ts";
import { TABLES } from "./tables.ts";

describe("the security controls, over everything that the program makes", function () {
  this.timeout(120_000);
  let prod: readonly Deployed[];
  let dev: readonly Deployed[];
  before(async () => {
    prod = await wholeStack("prod");
    dev = await wholeStack("dev");
  });

  for (const { title, controls } of TABLES)
    describe(title, () => {
      for (const { ids, control, checkov, faults, broken, dev: relaxed, devAlone = /./ } of controls)
        it(`${[ids, checkov].filter((id) => id !== "–").join(", ")}: ${control}`, () => {
          expect(faults(stackOf(prod))).to.deep.equal([]);
          for (const change of [broken].flat()) {
            const found = faults(stackOf(change(prod))).join("\n");
            expect(found).to.not.equal("");
            expect(found).to.match(new RegExp(involved(change, prod).join("|")));
          }
          const inDev = faults(stackOf(dev));
          if (relaxed === undefined) expect(inDev).to.deep.equal([]);
          else expect(inDev, "what development is said to be without, it has").to.not.have.length(0);
          expect(inDev.filter((fault) => !devAlone.test(fault))).to.deep.equal([]);
        });
    });
});
