import { expect, it } from 'vitest';
import { staticImages } from '../discover/static-images.js';
import { loadPreset } from './load-preset.js';

it('has the defaults of the RunWhen script', async () => {
  const preset = await loadPreset('runwhen');
  expect(preset).toMatchObject({
    name: 'runwhen',
    region: 'us-west-2',
    platforms: ['linux/amd64'],
    prefix: 'test-rwl-runwhen',
    excludeTags: ['tester'],
    chart: 'runwhen-contrib/runwhen-local',
    catalog: { branch: 'main' },
  });
  expect(staticImages(preset, 'chart', 'x').map(({ reference }) => reference.repository)).toEqual([
    'runwhen-contrib/runwhen-local',
    'runwhen-nonprod-shared/public-images/runner',
    'otel/opentelemetry-collector',
  ]);
  expect(staticImages(preset, 'catalog', 'x')).toHaveLength(4);
  expect(JSON.stringify(preset)).not.toMatch(/\d{12}/);
});

it('none is empty, others are refused', async () => {
  const { chart, catalog } = await loadPreset('none');
  expect([chart, catalog]).toEqual([undefined, undefined]);
  await expect(loadPreset('nope')).rejects.toThrow('unknown preset "nope"');
});
