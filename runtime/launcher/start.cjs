require('../bundle/start.cjs')('launcher');
