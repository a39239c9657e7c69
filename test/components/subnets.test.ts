import { expect } from "chai";
import fc from "fast-check";
import { addresses, block, holds, overlap } from "../../adapters/cidr.ts";
import { privateAddresses, privatePrefix, subnetCidrs } from "../../components/subnets.ts";

const ZONES = [..."abcdefgh"].map((letter) => `eu-west-1${letter}`);

describe("subnetCidrs", () => {
  it("gives a zone its sixteenth of the lower half, and two thirty-seconds of the upper", () => {
    expect(subnetCidrs({ cidr: "10.0.0.0/16" }, "eu-west-1a")).to.deep.equal({
      private: "10.0.0.0/20",
      public: "10.0.128.0/21",
      isolated: "10.0.192.0/21",
    });
    expect(subnetCidrs({ cidr: "172.16.4.0/22" }, "us-east-1c")).to.deep.equal({
      private: "172.16.4.128/26",
      public: "172.16.6.64/27",
      isolated: "172.16.7.64/27",
    });
  });

  it("cuts the whole block into subnets that neither overlap nor leave it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 22 }), fc.nat(255), (prefix, second) => {
        const cidr = `10.${second}.0.0/${prefix}`;
        const taken = ZONES.flatMap((zone) => Object.values(subnetCidrs({ cidr }, zone))).map(block);
        expect(taken.every((each) => holds(block(cidr), each))).to.equal(true);
        const clash = taken.some((each, i) => taken.slice(0, i).some((other) => overlap(each, other)));
        expect(clash).to.equal(false);
        expect(taken.reduce((sum, each) => sum + addresses(each), 0)).to.equal(addresses(block(cidr)));
      }),
    );
  });

  it("takes what is declared instead", () => {
    const own = { public: "10.0.9.0/24", private: "10.0.1.0/24" };
    const settings = { cidr: "10.0.0.0/16", subnets: { "eu-west-1a": own } };
    expect(subnetCidrs(settings, "eu-west-1a")).to.deep.include(own);
  });
});

describe("privateAddresses", () => {
  const zones = ZONES.slice(0, 3);

  it("counts a /20 as 4,091 addresses, five being AWS's own, and each endpoint as one", () => {
    expect(privateAddresses({ cidr: "10.0.0.0/16", zones, endpoints: false })).to.equal(3 * 4091);
    expect(privateAddresses({ cidr: "10.0.0.0/16", zones, endpoints: ["kms"] })).to.equal(3 * 4090);
    expect(privateAddresses({ cidr: "10.0.0.0/16", zones, endpoints: true })).to.equal(3 * 4084);
  });

  it("adds up declared blocks of different sizes", () => {
    const subnets = {
      "eu-west-1a": { public: "10.0.8.0/24", private: "10.0.1.0/24" },
      "eu-west-1b": { public: "10.0.9.0/24", private: "10.0.2.0/25" },
    };
    const network = { cidr: "10.0.0.0/16", zones: ZONES.slice(0, 2), subnets, endpoints: false };
    expect(privateAddresses(network)).to.equal(251 + 123);
  });

  it("holds what privatePrefix promises, and with a bit more does not", () => {
    const held = (prefix: number, count: number, spent: number) =>
      count * (addresses({ first: 0, prefix }) - spent);
    const endpoints = fc.constantFrom<readonly [readonly string[] | boolean, number]>(
      [false, 5],
      [["kms"], 6],
      [true, 12],
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 9000 }),
        fc.integer({ min: 2, max: 6 }),
        endpoints,
        (needed, count, [own, spent]) => {
          const prefix = privatePrefix(needed, { zones: ZONES.slice(0, count), endpoints: own });
          expect(held(prefix, count, spent)).to.be.at.least(needed);
          expect(held(prefix + 1, count, spent)).to.be.below(needed);
        },
      ),
    );
  });
});
