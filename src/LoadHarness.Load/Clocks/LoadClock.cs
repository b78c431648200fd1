namespace LoadHarness.Load.Clocks;

/// <summary>Where the engine gets its time and its waiting from: the machine's, or a virtual one in tests.</summary>
public abstract class LoadClock
{
    /// <summary>Never goes back.</summary>
    public abstract Instant Now { get; }

    public abstract DateTimeOffset UtcNow { get; }

    /// <summary>Whether one thread does everything: iterations then run where they are started.</summary>
    public virtual bool RunsInline => false;

    /// <summary>
    /// Blocks the one dispatching thread until <paramref name="until"/>, or until <see cref="Signal"/> was called since the last return.
    /// </summary>
    /// <param name="until"><see cref="Instant.Never"/> waits for the signal alone.</param>
    public abstract void Wait(Instant until);

    /// <summary>From any thread.</summary>
    public abstract void Signal();

    /// <summary>Never shorter than asked.</summary>
    public abstract Task Delay(TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Called on the dispatching thread before its first <see cref="Wait"/>.</summary>
    public virtual void Enter()
    {
    }
}
