import { render } from 'preact';
import { App } from './app.tsx';
import { keepShelf } from './shop/shelf.ts';
import { openStoreSocket } from './store-socket.ts';
import { watchStore } from './watched-store.ts';

watchStore();
keepShelf();
openStoreSocket();
const place = document.getElementById('page')!;
// What stood there while this script was on its way.
place.replaceChildren();
render(<App />, place);
