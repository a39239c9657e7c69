import { expect } from "chai";
import fc from "fast-check";
import { rulePriorities } from "../../components/rule-priorities.ts";
import { shortName } from "../../components/short-name.ts";

const segment = fc.stringMatching(/^[a-z0-9]{1,6}$/);
const path = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom("", "/*", "*", "?"))
  .map(([segments, end]) => `/${segments.join("/")}${end}`.replace("//", "/"));
const paths = fc.uniqueArray(path, { minLength: 1, maxLength: 100 });

describe("rulePriorities", () => {
  it("are unique and within AWS's 1 to 50,000", () => {
    fc.assert(
      fc.property(paths, (all) => {
        const priorities = [...rulePriorities(all).values()];
        expect(priorities).to.have.length(all.length);
        expect(new Set(priorities).size).to.equal(all.length);
        expect(priorities.every((each) => Number.isInteger(each) && each >= 1 && each <= 50_000)).to.equal(
          true,
        );
      }),
    );
  });

  it("tell apart a hundred paths that are equally specific, many of which hash alike", () => {
    const alike = Array.from({ length: 100 }, (_, i) => `/${100 + i}/*`);
    const priorities = [...rulePriorities(alike).values()];
    expect(new Set(priorities).size).to.equal(100);
    expect(Math.max(...priorities) - Math.min(...priorities)).to.be.below(50_000 / 130); // one band
  });

  it("do not depend on the order of declaration", () => {
    fc.assert(
      fc.property(paths, (all) => {
        for (const [each, priority] of rulePriorities(all.toReversed()))
          expect(rulePriorities(all).get(each)).to.equal(priority);
      }),
    );
  });

  it("put a longer prefix before a shorter one, and an exact path before its wildcard", () => {
    const of = rulePriorities(["/*", "/cart*", "/cart/admin*", "/cart", "/"]);
    const order = [...of].toSorted(([, a], [, b]) => a - b).map(([each]) => each);
    expect(order.indexOf("/cart/admin*")).to.equal(0);
    expect(order.indexOf("/cart")).to.be.below(order.indexOf("/cart*"));
    expect(order.at(-1)).to.equal("/*");
  });

  it("keep every path's place when a service joins that hashes elsewhere", () => {
    const before = rulePriorities(["/cart/*", "/pay/*"]);
    const after = rulePriorities(["/cart/*", "/pay/*", "/search/*", "/*"]);
    for (const [each, priority] of before) expect(after.get(each)).to.equal(priority);
  });
});

describe("shortName", () => {
  it("fits AWS's rules for 32 characters with Pulumi's suffix of 8, and is its own name when it can be", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9._-]{0,80}$/), (name) => {
        expect(shortName(name)).to.match(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,22}[A-Za-z0-9])?$/);
        if (/^[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?$/.test(name)) expect(shortName(name)).to.equal(name);
      }),
    );
  });

  it("tells two long names with one beginning apart", () => {
    const long = "a-service-with-a-very-long-name";
    expect(shortName(`${long}-one`)).to.not.equal(shortName(`${long}-two`));
  });
});
