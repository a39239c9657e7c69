import { expect } from "chai";
import fc from "fast-check";
import type { RoutingRule } from "../../adapters/routing-settings.ts";
import { conditionsOf, mayShare, ruleText, takesAllOf } from "../../components/rule-conditions.ts";
import { LANES, rulePriorities } from "../../components/rule-priorities.ts";

const segment = fc.stringMatching(/^[a-c]{1,3}$/);
const path = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom("", "/*", "*", "?"))
  .map(([segments, end]) => `/${segments.join("/")}${end}`.replace("//", "/"));
const some = <T>(values: fc.Arbitrary<T>) => fc.uniqueArray(values, { minLength: 1, maxLength: 2 });
const rule: fc.Arbitrary<RoutingRule> = fc.record(
  {
    paths: some(path),
    hosts: some(fc.constantFrom("*.example.com", "a.example.com", "*.a.example.com", "b.example.com")),
    methods: some(fc.constantFrom("GET", "POST")),
    headers: fc.constantFrom({ "x-version": ["beta"] }, { "x-version": ["b*"] }),
    query: fc.constantFrom({ v: "1" }, { v: "1", w: "2" }),
  },
  { requiredKeys: ["paths"] },
);
const rules = fc.uniqueArray(rule, {
  minLength: 1,
  maxLength: 60,
  selector: (each) => ruleText(conditionsOf(each)),
});

const ranked = (all: readonly RoutingRule[], lane = 0) => rulePriorities(all.map(conditionsOf), { lane });
const ofPaths = (paths: readonly string[]) => ranked(paths.map((each) => ({ paths: [each] })));

describe("rulePriorities", () => {
  it("LB-1, LB-2: are unique and within AWS's 1 to 50,000", () => {
    fc.assert(
      fc.property(rules, (all) => {
        const priorities = ranked(all);
        expect(new Set(priorities).size).to.equal(all.length);
        expect(priorities.every((each) => Number.isInteger(each) && each >= 1 && each <= 50_000)).to.equal(
          true,
        );
      }),
    );
  });

  it("LB-7: put a rule before every other that takes all its requests", () => {
    fc.assert(
      fc.property(rules, (all) => {
        const conditions = all.map(conditionsOf);
        const priorities = ranked(all);
        conditions.forEach((narrow, i) => {
          conditions.forEach((wide, j) => {
            if (takesAllOf(wide, narrow) && !takesAllOf(narrow, wide))
              expect(priorities[i], JSON.stringify([all[i], all[j]])).to.be.below(priorities[j]!);
          });
        });
      }),
      { numRuns: 300 },
    );
  });

  it("tell apart a hundred rules that are equally specific, many of which hash alike", () => {
    const alike = Array.from({ length: 100 }, (_, i) => `/${100 + i}/*`);
    const priorities = ofPaths(alike);
    expect(new Set(priorities).size).to.equal(100);
    expect(Math.max(...priorities) - Math.min(...priorities)).to.be.below(2000); // one band
  });

  it("do not depend on the order of declaration", () => {
    fc.assert(
      fc.property(rules, (all) => {
        expect(ranked(all.toReversed()).toReversed()).to.deep.equal(ranked(all));
      }),
    );
  });

  it("put a host before none, and a longer path before a shorter one", () => {
    const paths = ["/*", "/cart*", "/cart/admin*", "/cart", "/"];
    const order = ofPaths(paths)
      .map((priority, i) => ({ priority, path: paths[i]! }))
      .toSorted((a, b) => a.priority - b.priority);
    expect(order.map((each) => each.path).slice(0, 1)).to.deep.equal(["/cart/admin*"]);
    expect(order.map((each) => each.path).slice(3)).to.deep.equal(["/", "/*"]);
    const [host, long] = ranked([{ hosts: ["a.example.com"] }, { paths: ["/a/very/long/path"] }]);
    expect(host).to.be.below(long!);
  });

  it("stay when a service is added", () => {
    const before = ofPaths(["/cart/*", "/pay/*"]);
    expect(ofPaths(["/cart/*", "/pay/*", "/search/*", "/*"]).slice(0, 2)).to.deep.equal(before);
  });

  it("never collide with those of another stack on the listener, nor with those given by hand", () => {
    fc.assert(
      fc.property(rules, rules, (ours, theirs) => {
        const lanes = [ranked(ours, 0), ranked(theirs, 1), ranked(ours, LANES - 1)].flat();
        expect(new Set(lanes).size).to.equal(2 * ours.length + theirs.length);
        const again = rulePriorities(ours.map(conditionsOf), { taken: ranked(ours) });
        expect(again.filter((each) => ranked(ours).includes(each))).to.deep.equal([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe("takesAllOf", () => {
  it("LB-7: knows which rule hides which", () => {
    const takes = (wide: RoutingRule, narrow: RoutingRule) =>
      takesAllOf(conditionsOf(wide), conditionsOf(narrow));
    const host = { hosts: ["*.Example.com"] };
    expect(takes({ paths: ["/cart*"] }, { paths: ["/cart/admin*"] })).to.equal(true);
    expect(takes({ paths: ["/cart/admin*"] }, { paths: ["/cart*"] })).to.equal(false);
    expect(takes({ paths: ["/a?c"] }, { paths: ["/abc"] })).to.equal(true);
    expect(takes({ paths: ["/a?c"] }, { paths: ["/a*c"] })).to.equal(false);
    expect(takes({ paths: ["/a.c"] }, { paths: ["/abc"] })).to.equal(false); // a dot is a dot
    expect(takes(host, { hosts: ["api.example.com"], paths: ["/x"] })).to.equal(true); // hosts have no case
    expect(takes({ paths: ["/CART"] }, { paths: ["/cart"] })).to.equal(false); // paths do
    expect(takes({ ...host, paths: ["/*"] }, { hosts: ["a.example.com"] })).to.equal(true);
    expect(takes({ methods: ["GET", "HEAD"] }, { methods: ["GET"] })).to.equal(true);
    expect(takes({ query: { v: "1" } }, { query: { w: "1" } })).to.equal(false);
    expect(takes({ headers: { "X-V": ["b*"] } }, { headers: { "x-v": ["beta"] } })).to.equal(true);
  });

  it("implies that a request may meet both", () => {
    fc.assert(
      fc.property(rule, rule, (one, other) => {
        const [first, second] = [conditionsOf(one), conditionsOf(other)];
        if (takesAllOf(first, second)) expect(mayShare(first, second)).to.equal(true);
      }),
    );
  });
});
