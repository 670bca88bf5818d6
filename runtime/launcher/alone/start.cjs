require('../../bundle/start.cjs')('node', ({ startNode }, bundle) => startNode(bundle));
