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
  it("counts a /20 as 4,091 addresses, five being AWS's own", () => {
    expect(privateAddresses({ cidr: "10.0.0.0/16", zones: ZONES.slice(0, 3) })).to.equal(3 * 4091);
  });

  it("adds up declared blocks of different sizes", () => {
    const subnets = {
      "eu-west-1a": { public: "10.0.8.0/24", private: "10.0.1.0/24" },
      "eu-west-1b": { public: "10.0.9.0/24", private: "10.0.2.0/25" },
    };
    expect(privateAddresses({ cidr: "10.0.0.0/16", zones: ZONES.slice(0, 2), subnets })).to.equal(251 + 123);
  });

  it("fits what the narrowest private prefix promises, and no narrower one", () => {
    const held = (prefix: number, zones: number) => zones * (addresses({ first: 0, prefix }) - 5);
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 9000 }), fc.integer({ min: 2, max: 6 }), (needed, zones) => {
        const prefix = privatePrefix(needed, zones);
        expect(held(prefix, zones)).to.be.at.least(needed);
        expect(held(prefix + 1, zones)).to.be.below(needed);
      }),
    );
  });
});
