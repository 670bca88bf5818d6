require('../../runtime/bundle/start.cjs')('bazar');
