import { describe, expect, test } from 'vitest';
import { parseEcrHost } from './ecr-host.js';
import { resolveEcrRegion } from './ecr-region.js';

const id = '123456789012';

describe('parseEcrHost', () => {
  test.each([
    [`${id}.dkr.ecr.us-east-1.amazonaws.com`, 'us-east-1', false, false],
    [`${id}.dkr.ecr.cn-north-1.amazonaws.com.cn`, 'cn-north-1', false, false],
    [`${id}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`, 'us-gov-west-1', true, false],
    [`${id}.dkr.ecr.eusc-de-east-1.amazonaws.eu`, 'eusc-de-east-1', false, false],
    [`${id}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`, 'us-isob-east-1', false, false],
    [`${id}.dkr.ecr.us-iso-east-1.c2s.ic.gov`, 'us-iso-east-1', false, false],
    [`${id}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk`, 'eu-isoe-west-1', false, false],
    [`${id}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov`, 'us-isof-south-1', false, false],
    [`${id}.dkr-ecr.eu-central-1.on.aws`, 'eu-central-1', false, true],
    [`${id}.dkr-ecr-fips.us-east-2.on.aws`, 'us-east-2', true, true],
    [`${id}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`, 'cn-north-1', false, true],
    [`${id}.DKR.ECR.us-east-1.AmazonAWS.com`, 'us-east-1', false, false],
  ])('%s is in %s', (host, region, fips, dualStack) => {
    expect(parseEcrHost(host)).toEqual({ kind: 'private', registryId: id, region, fips, dualStack });
  });

  test.each(['public.ecr.aws', 'ecr-public.aws.com'])('%s is ECR Public', (host) => {
    expect(parseEcrHost(host)).toEqual({ kind: 'public' });
  });

  test.each([
    'docker.io',
    `${id}.dkr.ecr.us-east-1.amazonaws.com.evil.example`,
    `${id}.dkr.ecr.us-east-1.amazonaws.comevil.example`,
    `evil.example/${id}.dkr.ecr.us-east-1.amazonaws.com`,
    `a${id}.dkr.ecr.us-east-1.amazonaws.com`,
    `12345678901.dkr.ecr.us-east-1.amazonaws.com`,
    `${id}.dkr.ecr.us-east-1.amazonawsXcom`,
    `${id}.dkr.ecr.us.east.amazonaws.com`,
    `${id}.dkr.ecr.us-east-1.amazonaws.com:443`,
    `${id}.dkr.ecr.us-east-1.`,
    `${id}.dkr.ecr..amazonaws.com`,
    `${id}.dkr.ecr.us-east-1.amazonaws.com\n`,
    'public.ecr.aws.evil.example',
    '',
  ])('%j is not ECR', (host) => {
    expect(parseEcrHost(host)).toBeUndefined();
  });
});

describe('resolveEcrRegion', () => {
  const registry = `${id}.dkr.ecr.us-east-1.amazonaws.com`;
  test("is the host's, or the given one where the host names none", () => {
    expect(resolveEcrRegion(registry, undefined)).toBe('us-east-1');
    expect(resolveEcrRegion(registry, 'us-east-1')).toBe('us-east-1');
    expect(resolveEcrRegion('images.example.com', 'eu-west-1')).toBe('eu-west-1');
    expect(resolveEcrRegion('images.example.com', undefined)).toBeUndefined();
  });
  test('refuses two that differ', () => {
    expect(() => resolveEcrRegion(registry, 'us-west-2')).toThrow(
      expect.objectContaining({
        code: 'OCI_INVALID_OPTION',
        message: `region us-west-2 contradicts registry ${registry}, which is in us-east-1`,
      }),
    );
  });
});
