<div>
    <ul wire:poll.visible.1500ms="loadMessages"> <!--= markup ungated -->
        @forelse ($messages as $message)
            <li>{{ $message->author }}: {{ $message->body }}</li>
        @empty
            <li>{{ __('Nobody has said anything yet.') }}</li>
        @endforelse
    </ul>
    <form wire:submit="send">
        <input wire:model.live.debounce.500ms="draft"> <!--= none -->
        <span wire:loading.delay.longest>…</span> <!--= none -->
    </form>
    <div x-data="{ shown: true }" x-init="setTimeout(() => shown = false, 3000)" x-show="shown"> <!--= none -->
        {{ session('status') }}
    </div>
</div>
