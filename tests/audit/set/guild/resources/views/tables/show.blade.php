@extends('layouts.app')

@section('content')
<h1>{{ $table->name }}</h1>
<livewire:initiative :table="$table" />
<livewire:chat :table="$table" lazy />

<div id="tokens" data-url="{{ route('tables.tokens', $table) }}"></div>
@endsection

@push('scripts')
<script>
    const url = @json(route('tables.tokens', $table));
    const container = document.getElementById('tokens');

    const refreshTokens = async () => {
        const { data } = await axios.get(url);
        container.innerHTML = data.html;
    };

    setInterval(refreshTokens, {{ config('table.refresh', 3000) }}); //= interval ungated

    let fallbackTimer = null;
    Echo.connector.pusher.connection.bind('disconnected', () => {
        fallbackTimer = setInterval(refreshHitPoints, 2000); //= interval probably gated
    });
    Echo.connector.pusher.connection.bind('connected', () => {
        clearInterval(fallbackTimer);
    });

    function refreshHitPoints() {
        axios.get('/api/hit-points').then((response) => {
            document.querySelectorAll('[data-hp]').forEach((el) => {
                el.textContent = response.data[el.dataset.hp];
            });
        });
    }

    @if ($table->isTimed())
    let remaining = {{ $table->remaining }};
    const clock = setInterval(() => { //= none
        remaining--;
        document.getElementById('clock').textContent = remaining;
        if (remaining <= 0) clearInterval(clock);
    }, 1000);
    @endif
</script>
@endpush
