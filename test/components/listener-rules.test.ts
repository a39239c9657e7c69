import { expect } from "chai";
import fc from "fast-check";
import type { RoutingRule, RoutingSettings } from "../../adapters/routing-settings.ts";
import { severalRules } from "../../components/entry-conflicts.ts";
import { askedRules, listenerRules, type Routed } from "../../components/listener-rules.ts";
import { conditionsOf, fits, split } from "../../components/rule-conditions.ts";

const routed = (name: string, deployment: Routed["deployment"]) => ({ service: { name }, deployment });
const conditionsFor = (deployment: RoutingSettings) =>
  askedRules([routed("cart", deployment)]).map(({ conditions }) => conditions);
const letters = (count: number) => [..."abcdefghijklmnop"].slice(0, count);

describe("listenerRules", () => {
  it("are one a path, one for each rule, and one for every request where nothing is named", () => {
    const path = (...values: string[]) => [{ on: "path", values }];
    expect(conditionsFor({})).to.deep.equal([path("/*")]);
    expect(conditionsFor({ paths: ["/a", "/a", "/b"] })).to.deep.equal([path("/a"), path("/b")]);
    const hosts = ["a.example.com"];
    expect(conditionsFor({ rules: [{ hosts }] })).to.deep.equal([[{ on: "host", values: hosts }]]);
    expect(conditionsFor({ paths: ["/a"], rules: [{ paths: ["/b", "/c"] }] })).to.deep.equal([
      path("/a"),
      path("/b", "/c"),
    ]);
  });

  it("look at hosts, paths, methods, headers and query strings (row 26)", () => {
    const rule = {
      query: { w: "2", v: "1" },
      headers: { "X-Version": ["beta"] },
      methods: ["GET"],
      paths: ["/a"],
      hosts: ["a.example.com"],
    };
    expect(conditionsOf(rule)).to.deep.equal([
      { on: "host", values: ["a.example.com"] },
      { on: "path", values: ["/a"] },
      { on: "method", values: ["GET"] },
      { on: "header", name: "X-Version", values: ["beta"] },
      { on: "query", name: "v", values: ["1"] },
      { on: "query", name: "w", values: ["2"] },
    ]);
  });

  it("have the priority they are given, and keep clear of it otherwise", () => {
    const [free] = listenerRules([routed("cart", { paths: ["/cart"] })], 0).get("cart")!;
    const { priority } = free!;
    const pay = routed("pay", { rules: [{ paths: ["/pay"], priority }] });
    const both = listenerRules([routed("cart", { paths: ["/cart"] }), pay], 0);
    expect(both.get("pay")!.map((rule) => rule.priority)).to.deep.equal([priority]);
    expect(both.get("cart")![0]!.priority).to.not.equal(priority);
  });

  it("know which of a rolling service's has the priority of the one by which ECS would move its requests", () => {
    const ranked = (paths: readonly string[], strategy: string) =>
      listenerRules([routed("cart", { paths, release: { strategy } })], 2).get("cart")!;
    const pairs = Array.from({ length: 3000 }, (_, i) => [`/a${i}`, `/b${i}`]);
    const heirs = pairs.flatMap((paths) => {
      const [moved] = ranked(paths, "blueGreen");
      const alike = ranked(paths, "rolling").filter(({ priority }) => priority === moved!.priority);
      expect(ranked(paths, "rolling").filter(({ heir }) => heir)).to.deep.equal(
        alike.map((rule) => ({ ...rule, heir: true })),
      );
      return alike;
    });
    expect(heirs).to.not.be.empty; // some 1 of 125
  });

  it("are one for all paths of a service whose weights ECS moves, and refused where one cannot hold them", () => {
    const releasing = (strategy: string, ...paths: readonly string[]) => [
      routed("cart", { paths, release: { strategy } }),
    ];
    const blueGreen = releasing("blueGreen", "/a", "/b", "/c", "/d", "/e");
    expect(askedRules(blueGreen).map(({ conditions }) => conditions)).to.deep.equal([
      [{ on: "path", values: ["/a", "/b", "/c", "/d", "/e"] }],
    ]);
    expect(askedRules(releasing("rolling", "/a", "/b"))).to.have.length(2);
    expect(severalRules(blueGreen)).to.deep.equal([]);
    const [fault] = severalRules(releasing("canary", "/a", "/b", "/c", "/d", "/e", "/f"));
    expect(fault!.message).to.match(
      /^paths and rules make 2 rules; release\.strategy moves the traffic of one/,
    );
    expect(severalRules(releasing("rolling", "/a", "/b", "/c", "/d", "/e", "/f"))).to.deep.equal([]);
  });
});

describe("split", () => {
  it("LB-4: shares more than 5 values out over rules that together take the same requests", () => {
    const rule = fc.record({
      paths: fc.uniqueArray(fc.constantFrom(...letters(16).map((each) => `/${each}`)), { minLength: 1 }),
      hosts: fc.uniqueArray(fc.constantFrom(...letters(9).map((each) => `${each}.*.com`)), { minLength: 1 }),
      query: fc.constantFrom({}, { v: "1" }),
    });
    fc.assert(
      fc.property(rule, (asked) => {
        const parts = split(conditionsOf(asked));
        const combinations = parts.flatMap((part) => {
          const [hosts, paths] = part.map(({ values }) => values);
          return hosts!.flatMap((host) => paths!.map((path) => `${host}${path}`));
        });
        const expected = asked.hosts.flatMap((host) => asked.paths.map((path) => `${host}${path}`));
        expect(combinations.toSorted()).to.deep.equal(expected.toSorted());
        expect(parts.every(fits)).to.equal(true);
      }),
    );
  });

  it("LB-4: makes as few rules as there can be of one long list", () => {
    expect(split(conditionsOf({ paths: letters(11).map((each) => `/${each}`) }))).to.have.length(3);
    const stars = letters(6).map((each) => `/${each}*`);
    expect(split(conditionsOf({ paths: stars }))).to.have.length(2); // 6 wildcards
  });

  it("LB-4: leaves as it is what must be met all at once", () => {
    const query: RoutingRule["query"] = Object.fromEntries(letters(6).map((key) => [key, "1"]));
    const parts = split(conditionsOf({ query }));
    expect(parts).to.have.length(1);
    expect(fits(parts[0]!)).to.equal(false);
  });
});
