export {
  createWarehouseDoor,
  type WarehouseDoor,
  type WarehouseDoorOptions,
} from './warehouse-door.ts'
