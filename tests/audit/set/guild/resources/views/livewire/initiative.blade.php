<div wire:poll.2s class="initiative"> <!--= markup ungated -->
    @foreach ($combatants as $combatant)
        <div wire:key="{{ $combatant->id }}" @class(['active' => $combatant->isActive()])>
            {{ $combatant->name }}
            <button wire:click="damage({{ $combatant->id }}, 1)">-</button>
        </div>
    @endforeach
</div>
