/** The head of a column: its name, and whether numbers stand in it, to the right. A drawing's column has an empty one. */
export type ColumnHead = string | { readonly number: string };

export const number = (name: string): ColumnHead => ({ number: name });

/** The head of a table with these columns. */
export function TableHead({ columns }: { columns: readonly ColumnHead[] }) {
  return (
    <thead>
      <tr>
        {columns.map((column) =>
          column === '' ? (
            <td key={column} />
          ) : typeof column === 'string' ? (
            <th key={column} scope="col">
              {column}
            </th>
          ) : (
            <th key={column.number} scope="col" class="number">
              {column.number}
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}
