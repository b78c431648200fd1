using System.Runtime.InteropServices;

namespace LoadHarness.Load.Running;

/// <summary>The slots of a scenario's open model, as many as were ever in flight at once.</summary>
internal sealed class OpenRequests(LoadPhase phase)
{
    private readonly Lock _lock = new();
    private readonly Stack<OpenRequest> _free = [];
    private readonly List<OpenRequest> _all = [];
    // Several generators together have no more in flight than one; each may have at least one.
    private readonly long _limit = Math.Max(1, phase.Share.Of(phase.Scenario.MaxInFlight));
    private int _inFlight;

    public int InFlight => Volatile.Read(ref _inFlight);

    public int MostInFlight => _all.Count;

    public IEnumerable<int> LeftBehind => _all.Where(r => r.InFlight).Select(r => r.Operation);

    /// <summary>Any thread.</summary>
    public void LookAt(InFlightLook look)
    {
        ReadOnlySpan<OpenRequest> all;
        // The list may grow meanwhile: this part of it stays.
        lock (_lock) all = CollectionsMarshal.AsSpan(_all);
        foreach (var request in all)
            if (request.InFlight)
                look.See(request.Intended);
    }

    /// <returns>Null when the limit in flight is reached.</returns>
    public OpenRequest? Rent()
    {
        lock (_lock)
        {
            if (_inFlight >= _limit) return null;
            _inFlight++;
            if (_free.TryPop(out var free)) return free;
            var added = new OpenRequest(phase, phase.Share.NumberOf(_all.Count), this);
            _all.Add(added);
            return added;
        }
    }

    public void Return(OpenRequest request)
    {
        lock (_lock)
        {
            _inFlight--;
            _free.Push(request);
        }

        phase.OnEnded();
    }
}
