import { render } from 'preact';
import './styles/base.css';
import './styles/frame.css';
import './styles/picture.css';
import './styles/cluster.css';
import './styles/shop.css';
import './styles/request.css';
import { App } from './app.tsx';
import { keepShelf } from './shop/shelf.ts';
import { openStoreSocket } from './store-socket.ts';
import { watchStore } from './watched-store.ts';

watchStore();
keepShelf();
openStoreSocket();
render(<App />, document.getElementById('page')!);
