using System.Text;

namespace LoadHarness.Workloads.Parameters;

/// <summary>
/// Rows of a CSV file: commas, quotes doubled within quotes, names of the columns in the first line. An empty cell is null.
/// </summary>
internal static class CsvRows
{
    /// <summary>All that is kept, in characters.</summary>
    public const long MostCharacters = 200_000_000;

    /// <exception cref="FormatException">It cannot be read; the message names the line.</exception>
    public static RowSet Read(TextReader text, int mostRows)
    {
        var line = 0;
        if (Record(text, ref line) is not { } columns) throw new FormatException("it is empty; its first line names the columns");
        if (columns.FindIndex(column => string.IsNullOrWhiteSpace(column)) is >= 0 and var nameless)
            throw new FormatException($"line 1: column {nameless + 1} has no name");
        if (columns.GroupBy(column => column).FirstOrDefault(group => group.Count() > 1) is { Key: var twice })
            throw new FormatException($"line 1: two columns are called {twice}");
        var rows = new List<string?[]>();
        var characters = 0L;
        while (Record(text, ref line) is { } cells)
        {
            if (cells is [null]) continue;
            if (cells.Count != columns.Count)
                throw new FormatException($"line {line}: it has {cells.Count} cells, the first line names {columns.Count} columns");
            characters += cells.Sum(cell => cell?.Length ?? 0);
            if (rows.Count == mostRows || characters > MostCharacters)
                return new([.. columns.Select(name => name!.Trim())], rows, IsCut: true);
            rows.Add([.. cells]);
        }

        return rows.Count > 0
            ? new([.. columns.Select(name => name!.Trim())], rows, IsCut: false)
            : throw new FormatException("it has no row below the names of the columns");
    }

    private static List<string?>? Record(TextReader text, ref int line)
    {
        if (text.Peek() < 0) return null;
        line++;
        var cells = new List<string?>();
        var cell = new StringBuilder();
        var wasQuoted = false;
        while (true)
        {
            var sign = text.Read();
            if (sign == '"' && cell.Length == 0 && !wasQuoted)
            {
                Quoted(text, cell, ref line);
                wasQuoted = true;
            }
            else if (sign is ',' or '\n' or < 0)
            {
                var value = sign != ',' && !wasQuoted && cell is { Length: > 0 } && cell[^1] == '\r'
                    ? cell.ToString(0, cell.Length - 1)
                    : cell.ToString();
                cells.Add(value.Length == 0 && !wasQuoted ? null : value);
                if (sign != ',') return cells;
                cell.Clear();
                wasQuoted = false;
            }
            else if (sign != '\r' || !wasQuoted)
            {
                cell.Append((char)sign);
            }
        }
    }

    private static void Quoted(TextReader text, StringBuilder cell, ref int line)
    {
        var begun = line;
        while (true)
        {
            var sign = text.Read();
            if (sign < 0) throw new FormatException($"line {begun}: a quote does not end");
            if (sign == '\n') line++;
            if (sign != '"') cell.Append((char)sign);
            else if (text.Peek() == '"') cell.Append((char)text.Read());
            else return;
        }
    }
}
