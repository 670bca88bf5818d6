require('../../runtime/bundle/start.cjs')('bazar', ({ startCommand }) => startCommand());
