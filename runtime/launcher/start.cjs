require('../bundle/start.cjs')('launcher', ({ startLauncher }, bundle) => startLauncher(bundle));
