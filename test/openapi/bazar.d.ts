export interface paths {
    "/search/{topic}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ids and titles of a topic, matched whole and case-insensitively */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All topics and how many books each has, page by page */
        get: operations["topics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/info/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One book */
        get: operations["info"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All books in id order, page by page */
        get: operations["books"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{orderId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One order as recorded, confirmed or refused */
        get: operations["order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All recorded orders in order-id order, or by `since` in the order of the log, page by page */
        get: operations["orders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/books": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Books by words of title, authors, topic and ISBN, sorted, page by page */
        get: operations["find"];
        put?: never;
        /** Add one book or several */
        post: operations["addBooks"];
        delete?: never;
        options?: never;
        head?: never;
        /** Change several books, all or none */
        patch: operations["changeBooks"];
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What has happened to orders and books, in the order of the log */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Buy all lines of a cart or none */
        post: operations["purchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/purchase/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Buy one book; one copy unless the body says more */
        post: operations["purchaseOne"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keep the copies of all lines of a cart or of none, at the prices of now */
        post: operations["hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{orderId}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an order of a hold */
        post: operations["confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{orderId}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put back what a hold keeps */
        post: operations["release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{orderId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel an order or a part of it: copies go back on the shelf, or are written off */
        post: operations["cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/books/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a book: its texts, its price, its stock */
        patch: operations["updateBook"];
        trace?: never;
    };
    "/books/{id}/adjust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put in or take away copies, as counted or broken, whatever is sold meanwhile */
        post: operations["adjustStock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/books/{id}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a book out of search and sale; its orders stay */
        post: operations["retireBook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/books/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bring a retired book back into search and sale */
        post: operations["restoreBook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/books/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The changes of a book, the latest first, page by page */
        get: operations["history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every node of the cluster, down ones included */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the catalogs are equal and every book balances; the ledger page by page */
        get: operations["audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{orderId}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a traced purchase took, process by process */
        get: operations["trace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/traces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The traces that are kept, the newest first */
        get: operations["traces"];
        put?: never;
        /** Trace the next purchases at this gateway, whosever they are */
        post: operations["traceNext"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether purchases are possible, the first books are in, and the gateway is not draining */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus text */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** JSON-RPC 2.0 over WebSocket: the same operations, and subscriptions */
        get: operations["ws"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Title: {
            id: number;
            title: string;
        };
        Problem: {
            /** @example urn:bazar:error:sold-out */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @enum {string} */
            code: "sold-out" | "price-changed" | "version-changed" | "too-few-copies" | "isbn-taken" | "retired" | "stock-limit" | "customer-needed" | "limit-reached" | "total-limit" | "unknown-book" | "unknown-order" | "not-confirmed" | "over-cancelled" | "over-refunded" | "too-many-cancellations" | "unknown-hold" | "hold-confirmed" | "hold-released" | "hold-expired" | "payment-open" | "payment-declined" | "payment-expired" | "too-many-holds" | "unknown-trace" | "not-found" | "method-not-allowed" | "version-unknown" | "foreign-origin" | "foreign-host" | "upgrade-required" | "request-timeout" | "malformed-http" | "key-reused" | "invalid-request" | "lab-refused" | "malformed-json" | "unsupported-media-type" | "too-large" | "unauthorized" | "too-many-requests" | "overloaded" | "unavailable" | "not-yet" | "disk-full" | "log-full" | "draining" | "outcome-unknown" | "internal" | "unreachable" | "not-leader" | "behind" | "link-lost" | "timeout" | "leader-lost";
            /**
             * @description `none`: nothing happened and nothing will. `refused`: decided, and the answer is no. `unknown`: it may have happened; ask again with the same key.
             * @enum {string}
             */
            outcome: "none" | "refused" | "unknown";
        } & {
            [key: string]: unknown;
        };
        TopicsPage: {
            topics: components["schemas"]["Topic"][];
            /** @description The `after` of the next page; null on the last. */
            next: string | null;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        Topic: {
            /** @description As it was first written. */
            topic: string;
            /** @description The number of its books. */
            books: number;
        };
        Book: {
            id: number;
            title: string;
            topic: string;
            /**
             * @description An amount with the decimal places of the currency; two where the store names none.
             * @example 19.99
             */
            price: string;
            /**
             * @description Of the amounts, by ISO 4217, where the store has one.
             * @example EUR
             */
            currency?: string;
            /** @description Copies that can be bought now. */
            stock: number;
            /** @description Copies that are kept for those who hold them. */
            held: number;
            /** @description Log index of the last change. */
            version: number;
            authors?: string;
            year?: number;
            isbn?: string;
            /**
             * @description It is out of search and sale.
             * @constant
             */
            retired?: true;
            /** @description The most copies that one customer may have. */
            perCustomer?: number;
            /** @description An earlier request with the same key got this answer. In JSON-RPC only. */
            replayed?: boolean;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        BooksPage: {
            books: components["schemas"]["Book"][];
            /** @description The `after` of the next page; null on the last. */
            next: number | null;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        Order: {
            /**
             * @description 1 to 128 of A-Z a-z 0-9 . _ ~ -
             * @example my-order-17
             */
            orderId: string;
            /**
             * @description `held`: its copies are kept until `expiresAt`. `released` and `expired`: they are back on the shelf. `cancelled`: all copies were taken back; `partly-cancelled`: some were.
             * @enum {string}
             */
            status: "confirmed" | "refused" | "held" | "released" | "expired" | "partly-cancelled" | "cancelled";
            lines: {
                id: number;
                title: string;
                quantity: number;
                /**
                 * @description An amount with the decimal places of the currency; two where the store names none.
                 * @example 19.99
                 */
                price: string;
                /** @description Copies of these that were cancelled. */
                cancelled?: number;
            }[];
            /**
             * @description An amount with the decimal places of the currency; two where the store names none.
             * @example 19.99
             */
            total: string;
            /**
             * @description Of the amounts, by ISO 4217, where the store has one.
             * @example EUR
             */
            currency?: string;
            /** @description Log index of the last change. */
            version: number;
            /**
             * Format: date-time
             * @description When it was decided, or became what it is.
             */
            at: string;
            /**
             * @description Why it was refused.
             * @enum {string}
             */
            code?: "sold-out" | "price-changed" | "unknown-book" | "retired" | "total-limit" | "customer-needed" | "limit-reached";
            /** @description The book it was refused for. */
            bookId?: number;
            /**
             * Format: date-time
             * @description Of a hold: when it ends at the earliest, unless it is confirmed before.
             */
            expiresAt?: string;
            /**
             * @description How much of the total was given back.
             * @example 19.99
             */
            refunded?: string;
            /**
             * @description Where the store has a payment service: `open` until it is known what has become of the payment; `declined` by the service, or `voided`: whatever was taken was given back.
             * @enum {string}
             */
            payment?: "open" | "captured" | "declined" | "voided";
            /** @description Whose it is. For those with a token only. */
            customer?: string;
            /** @description Of an order that began as a hold or was cancelled: what has happened to it. */
            events?: components["schemas"]["OrderEvent"][];
            /** @description An earlier request with the same key got this answer. In JSON-RPC only. */
            replayed?: boolean;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        /** @description Of a cancellation alone: the fields from `key` on. `refunded` and `refund-refused` are what the payment service has said of the refund of the cancellation with that `key`. */
        OrderEvent: {
            /** @enum {string} */
            what: "held" | "confirmed" | "released" | "expired" | "cancelled" | "refunded" | "refund-refused";
            /** @description Log index of the last change. */
            version: number;
            /** Format: date-time */
            at: string;
            /**
             * @description That of the request.
             * @example my-order-17
             */
            key?: string;
            /**
             * @description The role of the token that was shown.
             * @constant
             */
            by?: "admin";
            /** @description The copies that were cancelled. */
            lines?: {
                id: number;
                quantity: number;
            }[];
            /**
             * @description How much was given back for them.
             * @example 19.99
             */
            refund?: string;
            /** @description Whether they are on the shelf again. If not, they were written off. */
            restocked?: boolean;
            /**
             * @description Where the payment service had taken the money: `requested` until it has answered, then `refunded`; or `refused`, and then give the amount back in another way.
             * @enum {string}
             */
            refundState?: "requested" | "refunded" | "refused";
        };
        OrdersPage: {
            orders: components["schemas"]["Order"][];
            next: string | null;
            /** @description Where orders were asked for by `since`: the `since` to go on from, also later. */
            cursor?: string;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        FoundPage: {
            books: components["schemas"]["Book"][];
            /** @description The `after` of the next page, of the same sort; null on the last. */
            next: string | null;
        };
        EventsPage: {
            events: (components["schemas"]["OrderChanged"] | components["schemas"]["BookChanged"] | components["schemas"]["StockChanged"])[];
            /** @description The `since` to go on from. */
            cursor: string;
            /** @description There are more already. */
            more: boolean;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        OrderChanged: {
            /** @constant */
            type: "order";
            /** @description The place of the event: the `since` of what comes after it. */
            id: string;
            /** @description Log index of the last change. */
            version: number;
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            what: "held" | "confirmed" | "released" | "expired" | "cancelled" | "refunded" | "refund-refused";
            /** @description The order as it is now. */
            order: components["schemas"]["Order"];
        };
        BookChanged: {
            /** @constant */
            type: "book";
            /** @description The place of the event: the `since` of what comes after it. */
            id: string;
            /** @description Log index of the last change. */
            version: number;
            /**
             * Format: date-time
             * @description Nothing of one that was added.
             */
            at?: string;
            /** @enum {string} */
            what: "added" | "changed" | "retired" | "restored";
            /** @description As its history has it, which remembers the last 1,000 of a book. */
            change?: components["schemas"]["BookEvent"];
            /** @description The book as it is now. */
            book: components["schemas"]["Book"];
        };
        BookEvent: {
            /** @description Counts the changes of the book. */
            number: number;
            /** @description Log index of the last change. */
            version: number;
            /** Format: date-time */
            at: string;
            /**
             * @description That of the request.
             * @example my-order-17
             */
            key: string;
            reason?: string;
            /** @description What it was and what it became; null where there was none. */
            changes: {
                /** @enum {string} */
                fact: "title" | "authors" | "topic" | "year" | "isbn" | "price" | "stock" | "retired" | "perCustomer";
                from: (string | number | boolean) | null;
                to: (string | number | boolean) | null;
            }[];
        };
        StockChanged: {
            /** @constant */
            type: "stock";
            /** @description The place of the event: the `since` of what comes after it. */
            id: string;
            /** @description Log index of the last change. */
            version: number;
            /** @description Its price and copies since that version; what they were before is told no more. */
            book: components["schemas"]["Stock"];
        };
        Stock: {
            id: number;
            stock: number;
            /**
             * @description An amount with the decimal places of the currency; two where the store names none.
             * @example 19.99
             */
            price: string;
            /**
             * @description Of the amounts, by ISO 4217, where the store has one.
             * @example EUR
             */
            currency?: string;
            /** @description Log index of the last change. */
            version: number;
            /** @description Where its words are other ones now: its topic. */
            topic?: string;
            /**
             * @description It is out of search and sale.
             * @constant
             */
            retired?: true;
            /**
             * Format: date-time
             * @description When it came to be so, by the clock of the leader; in notifications, where it is known.
             */
            at?: string;
        };
        Added: {
            added: number[];
            /** @description Ids that existed already; those books are left as they are. */
            skipped: number[];
            /** @description Books that were not added, by their place in what was given, and the book that has their ISBN. */
            duplicates?: {
                place: number;
                isbn: string;
                id: number;
            }[];
            /** @description Log index of the last change. */
            version: number;
            /** @description An earlier request with the same key got this answer. In JSON-RPC only. */
            replayed?: boolean;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        /** @description `status` and `refunded` are those of the order after it. */
        Cancelled: {
            /**
             * @description 1 to 128 of A-Z a-z 0-9 . _ ~ -
             * @example my-order-17
             */
            orderId: string;
            /**
             * @description That of the request.
             * @example my-order-17
             */
            key: string;
            /**
             * @description The role of the token that was shown.
             * @constant
             */
            by: "admin";
            /** @description The copies that were cancelled. */
            lines: {
                id: number;
                quantity: number;
            }[];
            /**
             * @description How much was given back for them.
             * @example 19.99
             */
            refund: string;
            /** @description Whether they are on the shelf again. If not, they were written off. */
            restocked: boolean;
            /**
             * @description Where the payment service had taken the money: `requested` until it has answered, then `refunded`; or `refused`, and then give the amount back in another way.
             * @enum {string}
             */
            refundState?: "requested" | "refunded" | "refused";
            /**
             * @description `held`: its copies are kept until `expiresAt`. `released` and `expired`: they are back on the shelf. `cancelled`: all copies were taken back; `partly-cancelled`: some were.
             * @enum {string}
             */
            status: "confirmed" | "refused" | "held" | "released" | "expired" | "partly-cancelled" | "cancelled";
            /**
             * @description How much of the order was given back so far.
             * @example 19.99
             */
            refunded: string;
            /**
             * @description Of the amounts, by ISO 4217, where the store has one.
             * @example EUR
             */
            currency?: string;
            /** @description Log index of the last change. */
            version: number;
            /** Format: date-time */
            at: string;
            /** @description An earlier request with the same key got this answer. In JSON-RPC only. */
            replayed?: boolean;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        Changed: {
            changed: number[];
            /** @description Log index of the last change. */
            version: number;
            /** @description An earlier request with the same key got this answer. In JSON-RPC only. */
            replayed?: boolean;
            /** @description Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`. */
            via?: string[];
        };
        History: {
            id: number;
            events: components["schemas"]["BookEvent"][];
            /** @description The `after` of the next page; null on the last. */
            next: number | null;
        };
        Status: {
            /** @description Names this run of the gateway. Within one the counts and the version never go back. */
            boot: string;
            /** @description `pid` and `url` are for those on the same machine, and for those with a token. */
            nodes: components["schemas"]["Node"][];
            leader: string | null;
            /** @description What all amounts are of, and how many decimal places they have. */
            money?: {
                /**
                 * @description Of the amounts, by ISO 4217, where the store has one.
                 * @example EUR
                 */
                currency?: string;
                decimals: number;
            };
            cache: {
                /** @enum {string} */
                kind: "redis" | "memory";
                /**
                 * @description `degraded`: read, but it takes no writes. `bypassed`: not asked.
                 * @enum {string}
                 */
                state: "ready" | "degraded" | "bypassed";
                /** @description Why it is not ready. */
                reason?: string;
                hits: number;
                misses: number;
            };
            /** @description The highest log index this gateway knows to be committed; null until it knows one. */
            version: number | null;
        };
        Node: {
            id: string;
            /** @enum {string} */
            kind: "gateway" | "order" | "catalog";
            /** @description Of its process; none while it has no process. */
            pid?: number;
            /**
             * @description `down`: it has no process. `unreachable`: it has one, or may have, and gives no answer.
             * @enum {string}
             */
            state: "starting" | "catching-up" | "ready" | "draining" | "down" | "unreachable";
            /** @enum {string} */
            role?: "follower" | "pre-candidate" | "candidate" | "leader";
            term?: number;
            applied?: number;
            leader?: string;
            engine?: string;
            url?: string;
            /** @description Why it is in that state, where that is known. */
            reason?: string;
            /** @description Of an order replica without a payment service: payments and refunds that are open from a time with one. */
            unaskedPayments?: number;
        };
        Audit: {
            /** @description Every live catalog is at the same index with the same digest, and every book balances. */
            consistent: boolean;
            catalogs: {
                id: string;
                /** @enum {string} */
                state: "present" | "absent";
                /** @description Log index of the last change. */
                applied?: number;
                digest?: string;
                books?: number;
                totals?: {
                    initial: number;
                    restocked: number;
                    /** @description Copies of cancelled orders that are back on the shelf; what was written off stays sold. */
                    returned: number;
                    sold: number;
                    /** @description Copies that are kept for those who hold them. */
                    held: number;
                    stock: number;
                };
                unbalanced?: number[];
            }[];
            /** @description One page of the ledger, as the most advanced catalog has it. */
            books: {
                initial: number;
                restocked: number;
                /** @description Copies of cancelled orders that are back on the shelf; what was written off stays sold. */
                returned: number;
                sold: number;
                /** @description Copies that are kept for those who hold them. */
                held: number;
                stock: number;
                id: number;
            }[];
            next: number | null;
        };
        Trace: {
            /**
             * @description 1 to 128 of A-Z a-z 0-9 . _ ~ -
             * @example my-order-17
             */
            orderId: string;
            /**
             * Format: date-time
             * @description When the gateway took it, by its clock.
             */
            at: string;
            /** @enum {string} */
            door: "http" | "ws";
            /** @description That of the caller’s `traceparent`. */
            traceId?: string;
            /** @description Such as `1 × 4`: book 1, four copies. */
            cart: string;
            /**
             * @description Confirmed; or, where it is not, as an error’s `outcome` has it.
             * @enum {string}
             */
            outcome: "confirmed" | "refused" | "none" | "unknown";
            /**
             * @description Of what was not confirmed.
             * @enum {string}
             */
            code?: "sold-out" | "price-changed" | "version-changed" | "too-few-copies" | "isbn-taken" | "retired" | "stock-limit" | "customer-needed" | "limit-reached" | "total-limit" | "unknown-book" | "unknown-order" | "not-confirmed" | "over-cancelled" | "over-refunded" | "too-many-cancellations" | "unknown-hold" | "hold-confirmed" | "hold-released" | "hold-expired" | "payment-open" | "payment-declined" | "payment-expired" | "too-many-holds" | "unknown-trace" | "not-found" | "method-not-allowed" | "version-unknown" | "foreign-origin" | "foreign-host" | "upgrade-required" | "request-timeout" | "malformed-http" | "key-reused" | "invalid-request" | "lab-refused" | "malformed-json" | "unsupported-media-type" | "too-large" | "unauthorized" | "too-many-requests" | "overloaded" | "unavailable" | "not-yet" | "disk-full" | "log-full" | "draining" | "outcome-unknown" | "internal" | "unreachable" | "not-leader" | "behind" | "link-lost" | "timeout" | "leader-lost";
            version?: number;
            total?: string;
            /**
             * @description It had been decided before.
             * @constant
             */
            replayed?: true;
            /** @description The gateway’s; those of the others hang on its steps. */
            span: components["schemas"]["TraceSpan"];
        };
        /** @description In the order in which they began. */
        TraceSteps: components["schemas"]["TraceStep"][];
        TraceStep: {
            /** @description Such as `submit`, `propose`, `batch`, `commit`; there may be more of them one day. */
            what: string;
            /** @description When it began, since its process took the request. */
            atUs: number;
            /** @description How long it took; a mark of a moment, and what was not waited for to its end, has none. */
            tookUs?: number;
            /** @description The process that was asked. */
            to?: string;
            /** @description What it ended with, where that was no answer. */
            error?: string;
            facts?: {
                [key: string]: string | number;
            };
            /** @description What the process did that was asked. */
            span?: components["schemas"]["TraceSpan"];
        };
        TraceSpan: {
            node: string;
            /** @description What it was asked to do. */
            what: string;
            tookUs: number;
            /** @description Steps in its middle that had no room. */
            omitted?: number;
            steps: components["schemas"]["TraceSteps"];
        };
        Traces: {
            /** @description Those that this gateway keeps. */
            traces: {
                /**
                 * @description 1 to 128 of A-Z a-z 0-9 . _ ~ -
                 * @example my-order-17
                 */
                orderId: string;
                /** Format: date-time */
                at: string;
                tookUs: number;
                /**
                 * @description Confirmed; or, where it is not, as an error’s `outcome` has it.
                 * @enum {string}
                 */
                outcome: "confirmed" | "refused" | "none" | "unknown";
                /**
                 * @description Of what was not confirmed.
                 * @enum {string}
                 */
                code?: "sold-out" | "price-changed" | "version-changed" | "too-few-copies" | "isbn-taken" | "retired" | "stock-limit" | "customer-needed" | "limit-reached" | "total-limit" | "unknown-book" | "unknown-order" | "not-confirmed" | "over-cancelled" | "over-refunded" | "too-many-cancellations" | "unknown-hold" | "hold-confirmed" | "hold-released" | "hold-expired" | "payment-open" | "payment-declined" | "payment-expired" | "too-many-holds" | "unknown-trace" | "not-found" | "method-not-allowed" | "version-unknown" | "foreign-origin" | "foreign-host" | "upgrade-required" | "request-timeout" | "malformed-http" | "key-reused" | "invalid-request" | "lab-refused" | "malformed-json" | "unsupported-media-type" | "too-large" | "unauthorized" | "too-many-requests" | "overloaded" | "unavailable" | "not-yet" | "disk-full" | "log-full" | "draining" | "outcome-unknown" | "internal" | "unreachable" | "not-leader" | "behind" | "link-lost" | "timeout" | "leader-lost";
            }[];
            /** @description So many purchases are still to be traced, whosever they are. */
            awaited: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    search: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path: {
                topic: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The books in id order, none for an unknown topic; with `Link: <…>; rel="next"` where there are more. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Title"][];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    topics: {
        parameters: {
            query?: {
                after?: string;
                limit?: number;
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, in code-unit order of the topics in lower case. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TopicsPage"];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    info: {
        parameters: {
            query?: {
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The book. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Book"];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    books: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BooksPage"];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    order: {
        parameters: {
            query?: {
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path: {
                orderId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-order`: No such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    orders: {
        parameters: {
            query?: {
                after?: string;
                since?: number | string;
                status?: "confirmed" | "refused" | "held" | "released" | "expired" | "partly-cancelled" | "cancelled";
                customer?: string;
                limit?: number;
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. By `since` each order stands where it changed last, and refused ones, which are forgotten, are left out. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrdersPage"];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    find: {
        parameters: {
            query?: {
                q?: string;
                isbn?: string;
                topic?: string;
                inStock?: boolean;
                sort?: "relevance" | "id" | "title" | "price" | "-price" | "stock" | "-stock" | "year" | "-year";
                after?: string;
                limit?: number;
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, empty where nothing fits. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundPage"];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addBooks: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id?: number;
                    /** @example RPCs for Noobs */
                    title: string;
                    /** @example distributed systems */
                    topic: string;
                    /** @description Of one copy. */
                    price: string | number;
                    stock: number;
                    authors?: string;
                    year?: number;
                    /** @description Of 10 or 13 digits, with hyphens or without. */
                    isbn?: string;
                    perCustomer?: number;
                } | {
                    id?: number;
                    /** @example RPCs for Noobs */
                    title: string;
                    /** @example distributed systems */
                    topic: string;
                    /** @description Of one copy. */
                    price: string | number;
                    stock: number;
                    authors?: string;
                    year?: number;
                    /** @description Of 10 or 13 digits, with hyphens or without. */
                    isbn?: string;
                    perCustomer?: number;
                }[];
            };
        };
        responses: {
            /** @description The same key had added these before (`Idempotent-Replayed: true`). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Added"];
                };
            };
            /** @description Which were added. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Added"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `not-yet`: Not every catalog of the store can do that yet. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeBooks: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: number;
                    /** @example RPCs for Noobs */
                    title?: string;
                    /** @description null takes it away. */
                    authors?: string | null;
                    /**
                     * @description The book moves to the list of that topic.
                     * @example distributed systems
                     */
                    topic?: string;
                    /** @description null takes it away. */
                    year?: number | null;
                    /** @description null takes it away. */
                    isbn?: string | null;
                    /** @description Its new price. */
                    price?: string | number;
                    /** @description The most copies that one customer may have, of those bought or held from now on; null takes the limit away. */
                    perCustomer?: number | null;
                    /** @description Copies to add. */
                    restock?: number;
                    /** @description Copies that there are from now on. */
                    stock?: number;
                    /** @description Copies more or fewer, and why. */
                    adjust?: {
                        /**
                         * @description Copies more, or with a minus fewer, whatever is sold meanwhile; never below none.
                         * @example -2
                         */
                        by: number;
                        /**
                         * @description For the history of the book.
                         * @example two are torn
                         */
                        reason?: string;
                    };
                    /** @description The change is refused (`version-changed`) unless the book is at this version. */
                    expectVersion?: number;
                }[];
            };
        };
        responses: {
            /** @description Which were changed; those that were so already are not among them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `stock-limit`: The shelf cannot hold that many copies. `too-few-copies`: There are fewer copies than are to be taken away. `isbn-taken`: Another book has this ISBN. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-changed`: The book has changed since. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-yet`: Not every catalog of the store can do that yet. `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                since?: number | string;
                limit?: number;
                types?: ("order" | "book" | "stock")[] | string;
                status?: "held" | "confirmed" | "released" | "expired" | "cancelled" | "refunded" | "refund-refused";
                customer?: string;
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events behind `since`; with `Accept: text/event-stream` these and all later ones. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventsPage"];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    purchase: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
                traceparent?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: number;
                    /**
                     * @description How many copies.
                     * @default 1
                     */
                    quantity?: number;
                    /** @description The price of one copy that the buyer expects; at another nothing is sold (`price-changed`). */
                    price?: string | number;
                    /**
                     * @description Who buys. Books with a limit for each customer need it (`customer-needed`); by it the order is another one.
                     * @example alice@example.org
                     */
                    customer?: string;
                } | {
                    lines: {
                        id: number;
                        /**
                         * @description How many copies.
                         * @default 1
                         */
                        quantity?: number;
                        /** @description The price of one copy that the buyer expects; at another nothing is sold (`price-changed`). */
                        price?: string | number;
                    }[];
                    /**
                     * @description Who buys. Books with a limit for each customer need it (`customer-needed`); by it the order is another one.
                     * @example alice@example.org
                     */
                    customer?: string;
                };
            };
        };
        responses: {
            /** @description The same key had been confirmed before (`Idempotent-Replayed: true`). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Confirmed: on the disks of a majority of catalogs. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payment-declined`: The payment was declined. */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sold-out`: Not enough copies left. `price-changed`: The price is another one now. `total-limit`: The cart comes to more than can be counted. `retired`: The book is not on sale any more. `limit-reached`: The customer has as many copies as one may have. `payment-expired`: The payment was not made in time. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `customer-needed`: The book is sold to named customers only. `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-holds`: The store keeps as many holds as it can. `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `not-yet`: Not every catalog of the store can do that yet. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    purchaseOne: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
                traceparent?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description How many copies.
                     * @default 1
                     */
                    quantity?: number;
                    /** @description The price of one copy that the buyer expects; at another nothing is sold (`price-changed`). */
                    price?: string | number;
                    /**
                     * @description Who buys. Books with a limit for each customer need it (`customer-needed`); by it the order is another one.
                     * @example alice@example.org
                     */
                    customer?: string;
                };
            };
        };
        responses: {
            /** @description The same key had been confirmed before (`Idempotent-Replayed: true`). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Confirmed: on the disks of a majority of catalogs. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payment-declined`: The payment was declined. */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sold-out`: Not enough copies left. `price-changed`: The price is another one now. `total-limit`: The cart comes to more than can be counted. `retired`: The book is not on sale any more. `limit-reached`: The customer has as many copies as one may have. `payment-expired`: The payment was not made in time. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `customer-needed`: The book is sold to named customers only. `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-holds`: The store keeps as many holds as it can. `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `not-yet`: Not every catalog of the store can do that yet. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hold: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: number;
                    /**
                     * @description How many copies.
                     * @default 1
                     */
                    quantity?: number;
                    /** @description The price of one copy that the buyer expects; at another nothing is sold (`price-changed`). */
                    price?: string | number;
                    /**
                     * @description For how long, in ms. It may last a little longer, and as long as the store is away.
                     * @default 900000
                     */
                    ttlMs?: number;
                    /**
                     * @description Who buys. Books with a limit for each customer need it (`customer-needed`); by it the order is another one.
                     * @example alice@example.org
                     */
                    customer?: string;
                } | {
                    lines: {
                        id: number;
                        /**
                         * @description How many copies.
                         * @default 1
                         */
                        quantity?: number;
                        /** @description The price of one copy that the buyer expects; at another nothing is sold (`price-changed`). */
                        price?: string | number;
                    }[];
                    /**
                     * @description For how long, in ms. It may last a little longer, and as long as the store is away.
                     * @default 900000
                     */
                    ttlMs?: number;
                    /**
                     * @description Who buys. Books with a limit for each customer need it (`customer-needed`); by it the order is another one.
                     * @example alice@example.org
                     */
                    customer?: string;
                };
            };
        };
        responses: {
            /** @description The same key had held these before (`Idempotent-Replayed: true`); the order as it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description Held: nobody else gets these copies, until `expiresAt` at least. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sold-out`: Not enough copies left. `price-changed`: The price is another one now. `total-limit`: The cart comes to more than can be counted. `retired`: The book is not on sale any more. `limit-reached`: The customer has as many copies as one may have. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `customer-needed`: The book is sold to named customers only. `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-holds`: The store keeps as many holds as it can. `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `not-yet`: Not every catalog of the store can do that yet. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                orderId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Confirmed, at the prices that were promised, however often it is asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-hold`: No such hold. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `hold-released`: The hold has been released. `hold-expired`: The time of the hold is over. `payment-open`: The payment service decides what becomes of it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `not-yet`: Not every catalog of the store can do that yet. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                orderId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Released: its copies are on the shelf again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-hold`: No such hold. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `hold-confirmed`: The hold has been confirmed. `hold-expired`: The time of the hold is over. `payment-open`: The payment service decides what becomes of it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `not-yet`: Not every catalog of the store can do that yet. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                orderId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Which copies; without it all that are left of the order. */
                    lines?: {
                        id: number;
                        /**
                         * @description How many copies.
                         * @default 1
                         */
                        quantity?: number;
                    }[];
                    /**
                     * @description Whether the copies go back on the shelf. If not, they are written off.
                     * @default true
                     */
                    restock?: boolean;
                    /** @description How much is given back; what was paid for the copies unless it is said, and never more. */
                    refund?: string | number;
                };
            };
        };
        responses: {
            /** @description Cancelled, once, however often it is asked for under this key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cancelled"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-order`: No such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-confirmed`: There is no sale to cancel in that order. `over-cancelled`: Fewer copies of the order are left. `over-refunded`: Less was paid for these copies. `too-many-cancellations`: The order can be cancelled as a whole only. `stock-limit`: The shelf cannot hold that many copies. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `not-yet`: Not every catalog of the store can do that yet. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateBook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: number;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example RPCs for Noobs */
                    title?: string;
                    /** @description null takes it away. */
                    authors?: string | null;
                    /**
                     * @description The book moves to the list of that topic.
                     * @example distributed systems
                     */
                    topic?: string;
                    /** @description null takes it away. */
                    year?: number | null;
                    /** @description null takes it away. */
                    isbn?: string | null;
                    /** @description Its new price. */
                    price?: string | number;
                    /** @description The most copies that one customer may have, of those bought or held from now on; null takes the limit away. */
                    perCustomer?: number | null;
                    /** @description Copies to add. */
                    restock?: number;
                    /** @description Copies that there are from now on. */
                    stock?: number;
                    /** @description Copies more or fewer, and why. */
                    adjust?: {
                        /**
                         * @description Copies more, or with a minus fewer, whatever is sold meanwhile; never below none.
                         * @example -2
                         */
                        by: number;
                        /**
                         * @description For the history of the book.
                         * @example two are torn
                         */
                        reason?: string;
                    };
                };
            };
        };
        responses: {
            /** @description The book as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Book"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `stock-limit`: The shelf cannot hold that many copies. `too-few-copies`: There are fewer copies than are to be taken away. `isbn-taken`: Another book has this ISBN. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-changed`: The book has changed since. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-yet`: Not every catalog of the store can do that yet. `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    adjustStock: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: number;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Copies more, or with a minus fewer, whatever is sold meanwhile; never below none.
                     * @example -2
                     */
                    by: number;
                    /**
                     * @description For the history of the book.
                     * @example two are torn
                     */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The book as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Book"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `stock-limit`: The shelf cannot hold that many copies. `too-few-copies`: There are fewer copies than are to be taken away. `isbn-taken`: Another book has this ISBN. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-changed`: The book has changed since. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-yet`: Not every catalog of the store can do that yet. `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retireBook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: number;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The book as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Book"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `stock-limit`: The shelf cannot hold that many copies. `too-few-copies`: There are fewer copies than are to be taken away. `isbn-taken`: Another book has this ISBN. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-changed`: The book has changed since. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-yet`: Not every catalog of the store can do that yet. `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restoreBook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
                "If-Match"?: number;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The book as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Book"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `stock-limit`: The shelf cannot hold that many copies. `too-few-copies`: There are fewer copies than are to be taken away. `isbn-taken`: Another book has this ISBN. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-changed`: The book has changed since. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. `key-reused`: This key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-yet`: Not every catalog of the store can do that yet. `outcome-unknown`: No answer in time. `unavailable`: The store cannot answer now. `disk-full`: The disks of the store are full. `log-full`: The command log of the store is full. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    history: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
                consistency?: "default" | "strong";
            };
            header?: {
                "X-Bazar-Version"?: string | number;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; sales are orders and not among them. */
            200: {
                headers: {
                    /** @description The catalog that answered; on a hit the gateway. */
                    "X-Served-By"?: string;
                    "X-Cache"?: "hit" | "miss" | "bypass";
                    /** @description The version. */
                    ETag?: string;
                    /** @description How new the answer is: what another gateway is asked with it is not older. */
                    "X-Bazar-Version"?: string;
                    /** @description Seconds since the answer is known to have been current. */
                    Age?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description The client’s copy (`If-None-Match`) is still right. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-book`: No such book. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `version-unknown`: The store has not come to that version. `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cluster. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The audit. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Audit"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    trace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                orderId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The trace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trace"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-trace`: No trace of that order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    traces: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The traces. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Traces"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    traceNext: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example 5 */
                    purchases: number;
                };
            };
        };
        responses: {
            /** @description The traces kept so far. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Traces"];
                };
            };
            /** @description `malformed-json`: That is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The request is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`: The request does not fit. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        alive?: true;
                    };
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Purchases are possible. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        ready?: true;
                    };
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The store cannot answer now. `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ws: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Speak JSON-RPC now. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `foreign-origin`: Not for web pages elsewhere. `foreign-host`: The store does not go by that name. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `upgrade-required`: This address speaks WebSocket. */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The store is overloaded. `too-many-requests`: Too many requests in flight. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: An unexpected fault. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `draining`: The store is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
