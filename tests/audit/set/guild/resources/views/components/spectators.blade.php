@props(['table'])
<div x-data="spectators('{{ route('spectators', $table) }}')" {{ $attributes }}>
    <span x-text="count"></span>
</div>

@once
<script>
    function spectators(url) {
        return {
            count: 0,
            init() {
                this.load();
                setInterval(() => this.load(), 10000); //= interval ungated
            },
            load() {
                fetch(url).then((r) => r.json()).then(({ count }) => { this.count = count; });
            },
        };
    }
</script>
@endonce
