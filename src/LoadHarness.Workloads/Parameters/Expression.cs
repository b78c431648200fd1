using System.Globalization;

namespace LoadHarness.Workloads.Parameters;

/// <summary>Whole-number arithmetic on other parameters: <c>:aid + 1</c>, with + - * / % and brackets; / cuts off, as pgbench's.</summary>
internal abstract record Expression
{
    /// <exception cref="OverflowException">The result is too large.</exception>
    /// <exception cref="DivideByZeroException">It divides by zero.</exception>
    public abstract long Value(ReadOnlySpan<long> drawn);

    /// <summary>With the places of its names in an iteration's draws, or their values where those are always the same.</summary>
    public abstract Expression Bound(Func<string, (int Place, long? Constant)> find);

    public abstract IEnumerable<string> Names { get; }

    /// <exception cref="FormatException">It cannot be read; the message says why.</exception>
    public static Expression Parse(string text)
    {
        var parser = new Parser(text);
        var whole = parser.Sum();
        parser.RequireEnd();
        return whole;
    }

    private sealed record Number(long Digits) : Expression
    {
        public override IEnumerable<string> Names => [];

        public override long Value(ReadOnlySpan<long> drawn) => Digits;

        public override Expression Bound(Func<string, (int Place, long? Constant)> find) => this;
    }

    private sealed record Reference(string Name, int Place) : Expression
    {
        public override IEnumerable<string> Names => [Name];

        public override long Value(ReadOnlySpan<long> drawn) => drawn[Place];

        public override Expression Bound(Func<string, (int Place, long? Constant)> find) =>
            find(Name) is var (place, constant) && constant is { } known ? new Number(known) : this with { Place = place };
    }

    private sealed record Operation(char Sign, Expression Left, Expression Right) : Expression
    {
        public override IEnumerable<string> Names => [.. Left.Names, .. Right.Names];

        public override Expression Bound(Func<string, (int Place, long? Constant)> find) =>
            this with { Left = Left.Bound(find), Right = Right.Bound(find) };

        public override long Value(ReadOnlySpan<long> drawn)
        {
            var (left, right) = (Left.Value(drawn), Right.Value(drawn));
            return checked(Sign switch
            {
                '+' => left + right,
                '-' => left - right,
                '*' => left * right,
                '/' => left / right,
                _ => left % right,
            });
        }
    }

    private sealed class Parser(string text)
    {
        private const int Deepest = 100;
        private int _at;
        private int _depth;

        public Expression Sum()
        {
            if (++_depth > Deepest) throw new FormatException("it is nested too deeply");
            var left = Product();
            while (Take("+-") is { } sign) left = new Operation(sign, left, Product());
            _depth--;
            return left;
        }

        public void RequireEnd()
        {
            if (Peek() is { } more) throw new FormatException($"'{more}' stands where + - * / % or the end should");
        }

        private Expression Product()
        {
            var left = Factor();
            while (Take("*/%") is { } sign) left = new Operation(sign, left, Factor());
            return left;
        }

        private Expression Factor()
        {
            if (Take("-") is not null) return new Operation('-', new Number(0), Factor());
            if (Take("(") is not null)
            {
                var inner = Sum();
                return Take(")") is not null ? inner : throw new FormatException("a ) is missing");
            }

            if (Take(":") is not null) return new Reference(Letters(sign => char.IsAsciiLetterOrDigit(sign) || sign == '_'), -1);
            var digits = Letters(char.IsAsciiDigit);
            return long.TryParse(digits, NumberStyles.None, null, out var number)
                ? new Number(number)
                : throw new FormatException($"{digits} is too large a number");
        }

        private string Letters(Func<char, bool> belongs)
        {
            var start = _at;
            while (_at < text.Length && belongs(text[_at])) _at++;
            if (_at > start) return text[start.._at];
            throw new FormatException(Peek() is { } sign ? $"'{sign}' stands where a number or :name should" : "it ends too early");
        }

        private char? Peek()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
            return _at < text.Length ? text[_at] : null;
        }

        private char? Take(string signs)
        {
            if (Peek() is not { } sign || !signs.Contains(sign, StringComparison.Ordinal)) return null;
            _at++;
            return sign;
        }
    }
}

/// <summary>Computed from what was drawn for others.</summary>
/// <param name="expression">Bound to their places.</param>
internal sealed class ExpressionSource(Expression expression) : NumberSource(long.MinValue, long.MaxValue)
{
    public override long Draw(Random random, ReadOnlySpan<long> drawn) => expression.Value(drawn);
}
