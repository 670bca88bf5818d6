import { render } from 'preact';
import './styles/colours.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/picture.css';
import './styles/cluster.css';
import './styles/shop.css';
import './styles/request.css';
import './styles/charts.css';
import './styles/experiments.css';
import './styles/simulator.css';
import './styles/lab.css';
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
