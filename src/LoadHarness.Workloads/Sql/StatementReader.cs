using System.Text;
using LoadHarness.Core.Input;

namespace LoadHarness.Workloads.Sql;

/// <summary>Cuts SQL into statements, and puts $1, $2 and so on in the place of <c>:name</c> and <c>@name</c>.</summary>
/// <param name="text">Line ends are single characters.</param>
/// <param name="allowParameters">Set-up and clean-up have none: what looks like one stays as it is.</param>
internal sealed class StatementReader(string text, bool allowParameters)
{
    /// <summary>What the server's protocol can count.</summary>
    private const int MostParameters = 65_535;

    /// <summary>What pg_stat_statements of PostgreSQL 18 shows behind the first value of a list, for all others.</summary>
    private const string OtherValues = "/*, ... */";

    private readonly List<InputFault> _faults = [];
    private readonly StringBuilder _sql = new();
    private readonly List<string> _parameters = [];
    private readonly List<int> _lines = [];
    private int _line;
    private int _startLine;
    private int _brackets;
    private int _blocks;
    private int _highest;
    private bool _hasContent;
    private string? _result;

    /// <summary>Names of $1, $2 and so on, for a statement that counts its parameters; null for one that names them.</summary>
    public IReadOnlyList<string>? Positional { get; init; }

    public IReadOnlyList<InputFault> Faults => _faults;

    /// <param name="firstLine">Of the text, in its file.</param>
    public IReadOnlyList<SqlStatement> Read(int firstLine)
    {
        var statements = new List<SqlStatement>();
        _line = _startLine = firstLine;
        try
        {
            for (var at = 0; at < text.Length;) at = Next(at, statements);
        }
        catch (UnclosedException open)
        {
            Fault(firstLine + text.AsSpan(0, open.At).Count('\n'), open.Message, "Close it");
            return statements;
        }

        End(statements);
        if (Positional is not null && statements.Count > 1)
            Fault(statements[1].Line, "-- parameters: stands above several statements", "Name their parameters, as :name");
        return statements;
    }

    /// <summary>Where the fields of a fault in SQL stand.</summary>
    public static string Place(int line) => $"line {line}";

    private int Next(int at, List<SqlStatement> statements)
    {
        if (SqlScanner.Skip(text, at) is var end && end > at)
        {
            if (SqlScanner.IsComment(text.AsSpan(at)) && !IsHint(at)) Comment(at, end);
            else Copy(at, end);
            return end;
        }

        switch (text[at])
        {
            case ';' when _blocks == 0:
                End(statements);
                return at + 1;
            case '[': _brackets++; break;
            case ']': _brackets = Math.Max(0, _brackets - 1); break;
            case '\\':
                var lineEnd = SqlScanner.LineEnd(text, at);
                Fault(_line, $"'{Short(text[at..lineEnd])}' is a command of psql or pgbench",
                    "Give SQL only; workload init reads pgbench's scripts");
                return lineEnd;
            case '$' when allowParameters && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]):
                Counted(text[(at + 1)..SqlScanner.NameEnd(text, at + 1)]);
                break;
            case ':' or '@' when Positional is not null && IsParameter(at):
                Fault(_line, $"'{text[at..SqlScanner.NameEnd(text, at + 1)]}' has a name, and -- parameters: names $1, $2 and so on",
                    "Use one of both");
                break;
            case ':' or '@' when allowParameters && IsParameter(at):
                return Parameter(at);
        }

        if (SqlScanner.IsNameStart(text[at]) && (at == 0 || !SqlScanner.IsWord(text[at - 1]))) return Word(at);
        Copy(at, at + 1);
        return at + 1;
    }

    // The body of a function in standard form, begin atomic ... end, has semicolons of its own.
    private int Word(int at)
    {
        var end = SqlScanner.NameEnd(text, at);
        var word = text.AsSpan(at, end - at);
        if (Is(word, "atomic") && EndsWithBegin()) _blocks = 1;
        else if (_blocks > 0 && Is(word, "case")) _blocks++;
        else if (_blocks > 0 && Is(word, "end")) _blocks--;
        Copy(at, end);
        return end;

        static bool Is(ReadOnlySpan<char> word, string other) => word.Equals(other, StringComparison.OrdinalIgnoreCase);
    }

    private bool EndsWithBegin() => _sql.ToString().TrimEnd().EndsWith("begin", StringComparison.OrdinalIgnoreCase);

    private bool IsParameter(int at)
    {
        if (at + 1 >= text.Length || !SqlScanner.IsNameStart(text[at + 1])) return false;
        var before = at > 0 ? text[at - 1] : ' ';
        // A cast is ::type, a slice [1:n]; @> and <@ and their kin are operators.
        return text[at] == ':'
            ? before != ':' && !(_brackets > 0 && (SqlScanner.IsWord(before) || before is ')' or ']'))
            : !SqlScanner.IsWord(before) && !"+-*/<>=~!@#%^&|`?".Contains(before, StringComparison.Ordinal);
    }

    private int Parameter(int at)
    {
        var end = SqlScanner.NameEnd(text, at + 1);
        if (end + 1 < text.Length && text[end] == '.' && SqlScanner.IsNameStart(text[end + 1])) end = SqlScanner.NameEnd(text, end + 1);
        var name = text[(at + 1)..end];
        var index = _parameters.IndexOf(name);
        if (index < 0)
        {
            _parameters.Add(name);
            index = _parameters.Count - 1;
        }

        Begin();
        _sql.Append('$').Append(index + 1);
        return end;
    }

    private void Counted(string number)
    {
        if (Positional is null)
            Fault(_line, $"'${number}' has no name",
                "Write a parameter as :name, or name all in a line '-- parameters: customer, order.id'");
        else if (!int.TryParse(number, out var place) || place < 1 || place > Positional.Count)
            Fault(_line, $"'${number}' has no name: -- parameters: has {Positional.Count}", "Name it there");
        else
            _highest = Math.Max(_highest, place);
    }

    // As pg_hint_plan and TenantDatabase read it: it says how the statement is to be planned.
    private bool IsHint(int at) => text.AsSpan(at).StartsWith("/*+", StringComparison.Ordinal);

    // Other comments are not sent: layout and thoughts of the file are no part of the statement.
    private void Comment(int at, int end)
    {
        var comment = text.AsSpan(at, end - at);
        // Without the comment the list would have one value, and the load would be another.
        if (allowParameters && comment is OtherValues)
            Fault(_line, $"'{OtherValues}' stands for the other values of a list, and does not say how many there are",
                "Write '= any (:name)' with an array, or the list with all its values");
        if (comment.StartsWith("--", StringComparison.Ordinal) && Mark.Read(comment) is { Word: Mark.Result } mark)
        {
            if (_hasContent) Fault(_line, "-- result: stands inside a statement", "Put it before the statement");
            else if (!IsName(mark.Value)) Fault(_line, $"-- result: '{Short(mark.Value)}' is no name", "Give letters, digits and _");
            else _result = mark.Value;
        }

        if (_hasContent) _sql.Append(' ');
        for (var i = at; i < end; i++)
            if (text[i] == '\n') NewLine();
    }

    private void Copy(int at, int end)
    {
        for (var i = at; i < end; i++)
        {
            if (!char.IsWhiteSpace(text[i])) Begin();
            if (text[i] == '\n') NewLine();
            else if (_hasContent) _sql.Append(text[i]);
        }
    }

    private void Begin()
    {
        if (_hasContent) return;
        (_hasContent, _startLine) = (true, _line);
        _lines.Add(0);
    }

    private void NewLine()
    {
        _line++;
        if (!_hasContent) return;
        _sql.Append('\n');
        _lines.Add(_sql.Length);
    }

    private void End(List<SqlStatement> statements)
    {
        // A hint alone is no statement.
        var sent = _sql.ToString().TrimEnd();
        if (SqlScanner.FirstWord(sent) < sent.Length)
        {
            if (Positional is { } names)
            {
                if (_highest < names.Count)
                    Fault(_startLine, $"-- parameters: names {names.Count}, and the statement has {_highest}", "Take out the others");
                _parameters.AddRange(names);
            }

            statements.Add(new(sent, _startLine, [.. _parameters], [.. _lines], _result));
            if (_parameters.Count > MostParameters)
                Fault(_startLine, $"the statement has {_parameters.Count} parameters", $"Give at most {MostParameters}");
        }

        _sql.Clear();
        _parameters.Clear();
        _lines.Clear();
        (_hasContent, _result, _brackets, _blocks, _highest) = (false, null, 0, 0, 0);
    }

    private void Fault(int line, string wrong, string allowed) => _faults.Add(new(Place(line), wrong, allowed));

    internal static bool IsName(string text) =>
        text.Length is > 0 and <= 63 && SqlScanner.IsNameStart(text[0]) && SqlScanner.NameEnd(text, 0) == text.Length;

    internal static string Short(string text) => text.Length <= 60 ? text : $"{text[..60]}... + {text.Length - 60} characters";
}
